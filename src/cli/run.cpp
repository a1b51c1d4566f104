#include "cli/run.hpp"

#include <fmt/format.h>

#include <csignal>

#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--server", globals.server, "address of the server")
      ->envname("HOTSWAP_SERVER")
      ->default_val("http://127.0.0.1:8400");
  app.add_option("--token", globals.token, "bearer token")->envname("HOTSWAP_TOKEN");
  app.add_option("--token-file", globals.token_file, "file that holds the token")
      ->envname("HOTSWAP_TOKEN_FILE");
  app.add_option("--ca-file", globals.ca_file, "PEM of the authority that signed the server")
      ->envname("HOTSWAP_CA_FILE");
  app.add_option("-o,--output", globals.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->default_val("table");
  app.add_flag("--no-color", globals.no_color, "no colours, also by NO_COLOR=1");
}

/// CLI11 only says that a subcommand is missing; people want to hear which word it did not know.
int usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto unknown = app.remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty()) {
    fmt::print(stderr, "hotswap: '{}' is no verb here; see hotswap --help\n", unknown.front());
    return static_cast<int>(ExitCode::Usage);
  }
  const int code = app.exit(error);
  return code == 0 ? 0 : static_cast<int>(ExitCode::Usage);
}

int finish(Session& session, const Verb& verb) {
  const auto outcome = verb(session);
  if (outcome) return static_cast<int>(*outcome);
  session.print_error(outcome.error());
  const bool wrong_usage =
      outcome.error().reason == "usage" || outcome.error().reason == "settings.invalid";
  return static_cast<int>(wrong_usage ? ExitCode::Usage : exit_code(outcome.error().code));
}

}  // namespace

int run(int argc, char** argv, const Actions& actions) {
  std::signal(SIGPIPE, SIG_DFL);  // `hotswap events | head` ends quietly
  CLI::App app(
      "HotSwap moves a configuration version safely to every running instance of a service.",
      "hotswap");
  app.footer("\n" + exit_code_help() +
             "Try it: hotswap demo\nWhich version this is: hotswap --version");
  app.require_subcommand(1);
  app.fallthrough();
  Globals globals;
  add_globals(app, globals);
  Verbs verbs(app);
  add_server_verbs(verbs, actions);
  add_agent_verb(verbs, actions);
  add_demo_verb(verbs);
  add_config_verbs(verbs);
  add_version_verbs(verbs);
  add_deploy_verb(verbs);
  add_deployment_verbs(verbs);
  add_report_verbs(verbs);
  add_calendar_verbs(verbs);
  add_fleet_verbs(verbs);
  add_traffic_verbs(verbs);
  add_notify_verbs(verbs);
  add_schema_verbs(verbs, actions);
  if (argc < 2 || std::string_view(argv[1]) == "help") {
    fmt::print("{}", app.help());
    return argc < 2 ? static_cast<int>(ExitCode::Usage) : 0;
  }
  // Only in first place: `hotswap deploy P --version 1.2.0` is a mistake that has to be told.
  if (std::string_view(argv[1]) == "--version") {
    fmt::print("hotswap {}\n", actions.version);
    return 0;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage(app, error);
  }
  Session session(globals);
  return finish(session, verbs.chosen());
}

}  // namespace hotswap::cli
