#pragma once
// What every verb gets: the server, the terminal, and how to answer.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/api_client.hpp"
#include "cli/contexts/file.hpp"
#include "cli/exit_code.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"

namespace hotswap::cli {

struct Globals {
  Given flags;
  std::string output = "table";  ///< table, json or yaml
  bool no_color = false;
};

class Session {
 public:
  Session(const Globals& globals, YamlReader yaml);

  /// Where the server is and who asks, put together from flags, environment and contexts file on
  /// first use.
  [[nodiscard]] const Result<Connection>& connection();
  /// The server; reads the token file on first use.
  [[nodiscard]] Result<std::shared_ptr<Api>> api();
  /// A further connection, for another thread.
  [[nodiscard]] Result<std::shared_ptr<Api>> another_api();
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  /// For programs (json, yaml), not for people.
  [[nodiscard]] bool structured() const { return globals_.output != "table"; }
  [[nodiscard]] WallTime now() const;
  [[nodiscard]] const Globals& globals() const { return globals_; }
  [[nodiscard]] const YamlReader& yaml() const { return yaml_; }

  void print(std::string_view text) const;  ///< to standard output, at once
  /// The answer in the form asked for: indented JSON, or YAML.
  void print_value(const json::Value& value) const;
  /// One of a stream of values: a line of JSON, or a YAML document of its own.
  [[nodiscard]] std::string stream_text(const json::Value& value) const;
  /// One line on standard error and one per field; with -o json or yaml the problem on standard
  /// output.
  void print_error(const Error& error) const;

 private:
  [[nodiscard]] json::Value problem_of(const Error& error) const;

  Globals globals_;
  YamlReader yaml_;
  Terminal terminal_;
  std::optional<Result<Connection>> connection_;
  std::shared_ptr<Api> api_;
};

/// An error as the server would have told it.
[[nodiscard]] json::Value problem_json(const Error& error);

using Outcome = Result<ExitCode>;
using Verb = std::function<Outcome(Session&)>;

/// The verbs of the program; the one that was typed is kept until parsing is over.
class Verbs {
 public:
  explicit Verbs(CLI::App& app) : app_(app) {}
  [[nodiscard]] CLI::App& app() { return app_; }
  void on(CLI::App* command, Verb verb);
  [[nodiscard]] const Verb& chosen() const { return chosen_; }

 private:
  CLI::App& app_;
  Verb chosen_;
};

/// Content of a file; `-` is standard input. Invalid `file.unreadable`, TooLarge.
[[nodiscard]] Result<std::string> read_file(const std::string& path);
/// The same as JSON; a mistake names file, line and column.
[[nodiscard]] Result<json::Value> read_json_file(const std::string& path);

}  // namespace hotswap::cli
