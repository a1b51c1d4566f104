#pragma once
// What the command line cannot do itself because it only sees the HTTP API: handed in by main().

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "domain/access/access.hpp"
#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

struct ServerFlag {
  std::string name;  ///< without dashes
  std::string help;
  std::string environment;  ///< variable that means the same, for the help
  bool is_switch = false;
};
struct ServerArguments {
  std::map<std::string, std::string> flags;  ///< those that were given, by name
  std::string config_file;
};
struct ServerVerb {
  std::vector<ServerFlag> flags;
  /// Serves until told to stop; the exit code. Invalid settings are an error (exit 2).
  std::function<Result<int>(const ServerArguments&)> run;
};

/// Documents that are no JSON, read as the server reads them; a mistake tells its line.
struct TextForms {
  std::function<Result<json::Value>(std::string_view)> yaml;
  std::function<Result<json::Value>(std::string_view)> toml;
};

struct Actions {
  ServerVerb server;
  TextForms forms;
  /// A signed token for this principal. Invalid if the key is too short.
  std::function<Result<std::string>(const Principal&, Duration ttl, const std::string& key)> mint;
  /// Online copy of the database of a data folder into a new file.
  std::function<Result<void>(const std::string& data_dir, const std::string& to)> backup;
  std::string version;  ///< of the program
};

}  // namespace hotswap::cli
