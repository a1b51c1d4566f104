#pragma once
// What the command line cannot do itself because it only sees the HTTP API: handed in by main().

#include <functional>
#include <map>
#include <optional>
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

/// One file that the agent writes.
struct AgentTarget {
  std::string file, format, template_file, mode, owner, check;
};
/// The flags of the agent, as they were typed.
struct AgentArguments {
  std::string servers, token, token_file, ca_file;  ///< of every verb; servers with commas
  std::string service, environment, hostname, version, pool, zone, state_dir, state_key;
  std::vector<std::string> labels;   ///< NAME=VALUE
  std::vector<std::string> schemas;  ///< NAME=VERSION
  int port = 0;
  std::string heartbeat_interval;  ///< empty: the server's
  std::string scrape, requests, errors, latency, latency_unit;
  std::vector<std::string> metrics;  ///< NAME=SELECTOR
  std::string health_url;
  std::string traffic_template, traffic_output, traffic_check, traffic_reload;
  bool traffic_only = false;

  std::string config_file;           ///< --agent-config
  std::vector<AgentTarget> targets;  ///< of the config file
  std::vector<std::string> files;    ///< --file; what follows is said for all of them
  std::string format, template_file, mode, owner, profile;
  std::string check, check_timeout;
  std::string reload, reload_signal, pid_file, reload_url, reload_timeout;
  std::vector<std::string> command;  ///< behind --
  std::string wait, restart, stop_timeout, crash_window;
  std::optional<int> crash_limit;
  bool environment_variables = false;  ///< --env
  std::string env_prefix;
  std::string serve;
  bool serve_remote = false;
};
/// Runs the agent until it is told to stop; the exit code.
using AgentVerb = std::function<Result<int>(const AgentArguments&)>;

/// Documents that are no JSON, read as the server reads them; a mistake tells its line.
struct TextForms {
  std::function<Result<json::Value>(std::string_view)> yaml;
  std::function<Result<json::Value>(std::string_view)> toml;
};

/// Rows on their way from one database to another.
struct MoveProgress {
  std::string phase;  ///< `checking`, `copying`, `verifying`
  std::string table;
  std::uint64_t done = 0;  ///< rows of all tables
  std::uint64_t of = 0;    ///< 0: not known yet
};
struct MovedTable {
  std::string name;
  std::uint64_t rows = 0;
  std::string hash;  ///< the same on both sides
};
struct MoveReport {
  std::string from, to;
  std::vector<MovedTable> tables;
  std::optional<Error> broken_audit;  ///< the chain did not hold before either
};
/// Databases as `sqlite:FOLDER`, `sqlite:FILE`, or what the server's --database takes.
struct MoveArguments {
  std::string from, to;
  bool upgrade = false;  ///< bring the source's schema up to date first
};
using MoveVerb = std::function<Result<MoveReport>(const MoveArguments&,
                                                  const std::function<void(const MoveProgress&)>&)>;
struct MovingVerbs {
  MoveVerb migrate;  ///< a stopped server's database into an empty one
  MoveVerb backup;   ///< any database, servers running or not, into a new file
  MoveVerb restore;  ///< such a file into an empty database
};

struct Actions {
  ServerVerb server;
  AgentVerb agent;
  TextForms forms;
  /// A signed token for this principal. Invalid if the key is too short.
  std::function<Result<std::string>(const Principal&, Duration ttl, const std::string& key)> mint;
  MovingVerbs moving;
  std::string version;  ///< of the program
};

}  // namespace hotswap::cli
