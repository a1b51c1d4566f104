#include "cli/run.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cli/definitions/command_spec.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"
#include "domain/json/write_yaml.hpp"

namespace hotswap::cli {
namespace {

void add_globals(CLI::App& app, Globals& globals) {
  auto& flags = globals.flags;
  app.add_option("--server", flags.server,
                 "address of the server (HOTSWAP_SERVER; http://127.0.0.1:8400 if nobody says)")
      ->type_name("URL");
  app.add_option("--token", flags.token, "bearer token (HOTSWAP_TOKEN)");
  app.add_option("--token-file", flags.token_file, "file that holds the token (HOTSWAP_TOKEN_FILE)")
      ->type_name(kind::kFile);
  app.add_option("--ca-file", flags.ca_file,
                 "PEM of the authority that signed the server (HOTSWAP_CA_FILE)")
      ->type_name(kind::kFile);
  app.add_option("--context", flags.context,
                 "named server of the contexts file (HOTSWAP_CONTEXT); see hotswap context")
      ->type_name(kind::kContext);
  app.add_option("-o,--output", globals.output, "form of the answer")
      ->check(CLI::IsMember({"table", "json", "yaml"}))
      ->default_val("table");
  app.add_flag("--no-color", globals.no_color, "no colours, also by NO_COLOR=1");
}

/// Where a verb stands in the help.
void group_verbs(CLI::App& app) {
  static const std::pair<const char*, std::vector<const char*>> kGroups[] = {
      {"Configurations",
       {"apply", "config", "version", "tag", "diff", "schema", "history", "rollback"}},
      {"Rollouts",
       {"deploy", "approve", "reject", "watch", "deployment", "report", "explain", "replay",
        "freeze", "unfreeze", "window", "calendar"}},
      {"Fleet and traffic", {"instances", "traffic"}},
      {"What happens", {"events", "audit", "erase", "notify", "health"}},
      {"The servers", {"cluster", "retention", "secrets", "log-level", "debug"}},
      {"This program", {"context", "completion", "token"}},
      {"Databases", {"migrate", "backup", "restore"}},
      {"Processes", {"server", "agent", "demo"}}};
  for (const auto& [group, verbs] : kGroups) {
    for (const auto* verb : verbs) app.get_subcommand(verb)->group(group);
  }
}

/// The form asked for by a line that could not be parsed as a whole.
std::string output_form(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view next = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--") break;
    if (word == "-o" || word == "--output") return std::string(next);
    if (word.starts_with("--output=")) return std::string(word.substr(9));
    if (word.starts_with("-o")) return std::string(word.substr(word[2] == '=' ? 3 : 2));
  }
  return {};
}

/// The deepest verb that was understood.
const CLI::App& understood(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : full_name(*app.get_parent()) + " " + app.get_name();
}

/// `; did you mean deploy?` of the verbs that could have stood there.
std::string meant(const CLI::App& at, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* command : at.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  const auto near = json::nearest(word, names);
  return near ? "; did you mean " + *near + "?" : std::string();
}

/// `; did you mean --watch?` of the options that could have stood there.
std::string meant_option(const CLI::App& at, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* app = &at; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  const auto near = json::nearest(word.substr(0, word.find('=')), names);
  return near ? "; did you mean " + *near + "?" : std::string();
}

/// CLI11 only says that something is missing or left over; people want to hear which word, and
/// what they may have meant.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const auto& at = understood(app);
  const auto unknown = app.remaining(true);
  const auto help = "; see " + full_name(at) + " --help";
  if (!unknown.empty()) {
    const auto& word = unknown.front();
    if (word.starts_with("-")) return word + " is no option here" + meant_option(at, word) + help;
    if (at.get_require_subcommand_min() > 0) {
      return "'" + word + "' is no verb here" + meant(at, word) + help;
    }
    return "'" + word + "' is one word too many" + help;
  }
  std::string text = error.what();
  while (text.ends_with('\n')) text.pop_back();
  if (at.get_require_subcommand_min() > 0 && text.contains("subcommand"))
    text = "a verb is missing";
  return text + help;
}

int usage(const CLI::App& app, const CLI::ParseError& error, const std::string& form) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help
  const auto text = usage_text(app, error);
  if (form == "json" || form == "yaml") {
    const auto problem = problem_json({ErrorCode::Malformed, "usage", text, {}, {}});
    fmt::print("{}",
               form == "yaml" ? json::write_yaml(problem) : json::write_pretty(problem) + "\n");
  } else {
    fmt::print(stderr, "hotswap: {}\n", printable(text));
  }
  return static_cast<int>(ExitCode::Usage);
}

/// `hotswap help deploy` is `hotswap deploy --help`.
int help(CLI::App& app, int argc, char** argv) {
  if (argc < 3) {
    fmt::print("{}", app.help());
    return argc < 2 ? static_cast<int>(ExitCode::Usage) : 0;
  }
  std::vector<std::string> words(argv + 2, argv + argc);
  const CLI::App* at = &app;
  for (const auto& word : words) {
    const auto next =
        at->get_subcommands([&](const CLI::App* one) { return one->check_name(word); });
    if (next.empty()) {
      fmt::print(stderr, "hotswap: '{}' is no verb here{}; see {} --help\n", printable(word),
                 meant(*at, word), full_name(*at));
      return static_cast<int>(ExitCode::Usage);
    }
    at = next.front();
  }
  words.emplace_back("--help");
  std::ranges::reverse(words);  // as CLI11 takes them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return usage(app, error, {});
  }
  return 0;
}

int finish(Session& session, const Verb& verb) {
  const auto outcome = verb(session);
  if (outcome) return static_cast<int>(*outcome);
  session.print_error(outcome.error());
  const bool wrong_usage =
      outcome.error().reason == "usage" || outcome.error().reason == "settings.invalid";
  return static_cast<int>(wrong_usage ? ExitCode::Usage : exit_code(outcome.error().code));
}

int run_verb(int argc, char** argv, const Actions& actions) {
  // Only in first place: `hotswap deploy P --version 1.2.0` is a mistake that has to be told.
  if (argc > 1 && std::string_view(argv[1]) == "--version") {
    fmt::print("hotswap {}\n", actions.version);
    return 0;
  }
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
  // In the order of the help.
  add_apply_verb(verbs, actions);
  add_config_verbs(verbs);
  add_version_verbs(verbs, actions);
  add_schema_verbs(verbs, actions);
  add_deploy_verb(verbs);
  add_history_verbs(verbs);
  add_deployment_verbs(verbs);
  add_report_verbs(verbs);
  add_calendar_verbs(verbs);
  add_fleet_verbs(verbs);
  add_traffic_verbs(verbs);
  add_cluster_verbs(verbs);
  add_audit_verbs(verbs, actions);
  add_approval_verbs(verbs);
  add_retention_verbs(verbs);
  add_secret_verbs(verbs);
  add_debug_verbs(verbs);
  add_erase_verbs(verbs);
  add_notify_verbs(verbs);
  add_context_verbs(verbs);
  add_shell_verbs(verbs, actions);
  add_server_verbs(verbs, actions);
  add_token_verbs(verbs, actions);
  add_moving_verbs(verbs, actions);
  add_agent_verb(verbs, actions);
  add_demo_verb(verbs);
  group_verbs(app);
  if (argc < 2 || std::string_view(argv[1]) == "help") return help(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage(app, error, output_form(argc, argv));
  }
  Session session(globals, actions.forms.yaml);
  return finish(session, verbs.chosen());
}

/// Whether somebody reads no further, which is no trouble.
bool reader_left() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/// An answer that could not be written (a full disk) is no success.
int all_written(int code) {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written || reader_left()) return code;
  fmt::print(stderr,
             "hotswap: cannot write to standard output: is the disk full? "
             "[file.unwritable]\n");
  return static_cast<int>(ExitCode::Internal);
}

}  // namespace

int run(int argc, char** argv, const Actions& actions) {
  std::signal(SIGPIPE, SIG_DFL);  // `hotswap events | head` ends quietly
  return all_written(run_verb(argc, argv, actions));
}

}  // namespace hotswap::cli
