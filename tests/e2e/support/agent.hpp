#pragma once
// A real `hotswap agent` beside a real server: started with the flags that a test gives, in a
// folder of its own.

#include <string>
#include <vector>

#include "e2e/support/server.hpp"

namespace hotswap::e2e {

inline constexpr auto kAgentProfile = "app.production";
inline constexpr auto kAgentService = "app";

/// Flags and a program behind `--`.
struct AgentFlags {
  std::vector<std::string> flags;
  std::vector<std::string> program{};
  std::vector<std::pair<std::string, std::string>> environment{};
};

class AgentProcess {
 public:
  /// Has the profile made; nobody runs yet.
  explicit AgentProcess(Server& server, std::string name = "app-1");

  /// Starts and does not wait.
  void start(AgentFlags flags);
  /// Starts, and waits until it is registered.
  void starts(AgentFlags flags);
  void kill();
  /// SIGTERM; the exit code.
  std::optional<int> stop();

  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  void write(const std::string& name, const std::string& text, int mode = 0644) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  /// Whether the file soon holds exactly this.
  [[nodiscard]] bool soon(const std::string& name, const std::string& text) const;
  /// Whether what it wrote to its log soon contains this.
  [[nodiscard]] bool says(const std::string& text);
  [[nodiscard]] cli::ChildProcess& process() { return process_; }
  /// Port of --serve, once it serves.
  [[nodiscard]] int served_port();

  /// What the server knows of this instance, as JSON text; empty if it does not know it.
  [[nodiscard]] std::string known();
  /// Whether the server soon knows that it `state` (applied, running, rejected, staged) `version`;
  /// of a rejection also that the words contain `error`.
  [[nodiscard]] bool reports(const std::string& state, const std::string& version,
                             const std::string& error = {});

 private:
  Server& server_;
  const std::string name_;
  const std::filesystem::path folder_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::e2e
