#include "app/agent_handoff.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

#include "domain/base/short_duration.hpp"

namespace hotswap {
namespace {

namespace fs = std::filesystem;
using Mistakes = std::vector<FieldError>;
using cli::AgentArguments;
using cli::AgentTarget;

void wrong(Mistakes& mistakes, std::string flag, std::string message) {
  mistakes.push_back({std::move(flag), "value", std::move(message)});
}

void read_time(const std::string& flag, const std::string& text, Duration& into,
               Mistakes& mistakes) {
  if (text.empty()) return;
  if (const auto read = read_duration(text)) {
    into = *read;
  } else {
    wrong(mistakes, flag, read.error().detail);
  }
}

/// Of something that is waited for.
void read_limit(const std::string& flag, const std::string& text, Duration& into,
                Mistakes& mistakes) {
  read_time(flag, text, into, mistakes);
  if (into.count() <= 0) wrong(mistakes, flag, "must be more than 0, e.g. 10s");
}

/// Those that a program may take as a wish to read its files again.
int signal_of(std::string_view name) {
  struct Named {
    std::string_view name;
    int number;
  };
  static constexpr std::array<Named, 7> kSignals = {{{"HUP", SIGHUP},
                                                     {"USR1", SIGUSR1},
                                                     {"USR2", SIGUSR2},
                                                     {"WINCH", SIGWINCH},
                                                     {"CONT", SIGCONT},
                                                     {"INT", SIGINT},
                                                     {"TERM", SIGTERM}}};
  if (name.starts_with("SIG")) name.remove_prefix(3);
  const auto* found = std::ranges::find(kSignals, name, &Named::name);
  if (found != kSignals.end()) return found->number;
  int number = 0;
  const auto* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end && number > 0 && number < 65 ? number : 0;
}

/// Paths are fixed at the start: nothing of a configuration ever names a file.
fs::path fixed(const std::string& path) { return fs::absolute(path).lexically_normal(); }

/// Also by a link, of either kind.
bool is_same_file(const fs::path& one, const fs::path& other) {
  std::error_code bad;
  if (fs::equivalent(one, other, bad)) return true;
  const auto left = fs::weakly_canonical(one, bad), right = fs::weakly_canonical(other, bad);
  return !left.empty() && left == right;
}

std::vector<AgentTarget> all_targets(const AgentArguments& arguments, Mistakes& mistakes) {
  auto all = arguments.targets;
  if (!arguments.template_file.empty() && arguments.files.size() != 1)
    wrong(mistakes, "--template",
          "comes together with one --file; name several in a file for --agent-config");
  for (const auto& file : arguments.files)
    all.push_back(
        {file, arguments.format, arguments.template_file, arguments.mode, arguments.owner, {}});
  for (auto& target : all)
    if (target.check.empty()) target.check = arguments.check;
  return all;
}

void read_form(const AgentTarget& from, agent::Target& into, Mistakes& mistakes) {
  if (!from.template_file.empty()) {
    into.template_file = fixed(from.template_file);
    if (!from.format.empty())
      wrong(mistakes, "--format", "is not for a template: " + from.template_file);
    return;
  }
  into.format =
      from.format.empty() ? agent::format_of_file(from.file) : agent::format_of_word(from.format);
  if (into.format) return;
  wrong(mistakes, "--format",
        from.format.empty()
            ? "say json, yaml, toml, env or properties for " + from.file + ", or give --template"
            : from.format + " must be json, yaml, toml, env or properties");
}

agent::Target target_of(const AgentTarget& from, Mistakes& mistakes) {
  agent::Target target;
  if (from.file.empty()) {
    wrong(mistakes, "--file", "is empty: name a file");
    return target;
  }
  target.file = fixed(from.file);
  target.check = from.check;
  read_form(from, target, mistakes);
  if (target.file.filename().empty())
    wrong(mistakes, "--file", from.file + " is a folder: name a file in it");
  if (!target.template_file.empty() && is_same_file(target.file, target.template_file))
    wrong(mistakes, "--template", from.template_file + " would be overwritten: it is the file");
  if (!from.mode.empty()) {
    if (const auto mode = agent::parse_mode(from.mode)) {
      target.rights.mode = *mode;
    } else {
      wrong(mistakes, "--mode", mode.error().detail);
    }
  }
  if (!from.owner.empty())
    if (const auto owner = agent::parse_owner(from.owner, target.rights); !owner)
      wrong(mistakes, "--owner", owner.error().detail);
  return target;
}

void read_files(const AgentArguments& arguments, agent::FileSwapOptions& files,
                Mistakes& mistakes) {
  for (const auto& each : all_targets(arguments, mistakes)) {
    auto target = target_of(each, mistakes);
    if (target.file.empty()) continue;
    const auto same = std::ranges::find_if(files.targets, [&](const agent::Target& other) {
      return is_same_file(target.file, other.file);
    });
    if (same != files.targets.end())
      wrong(mistakes, "--file",
            target.file.string() + " is given twice" +
                (same->file == target.file ? "" : ", also as " + same->file.string()));
    files.targets.push_back(std::move(target));
  }
  read_limit("--check-timeout", arguments.check_timeout, files.check_timeout, mistakes);
  if (files.targets.empty())
    for (const auto& [flag, text] : {std::pair{"--check", arguments.check},
                                     {"--format", arguments.format},
                                     {"--mode", arguments.mode},
                                     {"--owner", arguments.owner}})
      if (!text.empty()) wrong(mistakes, flag, "is about a file: give --file");
}

void read_reload(const AgentArguments& arguments, agent::SidecarOptions& options,
                 Mistakes& mistakes) {
  auto& reload = options.reload;
  const bool supervised = !arguments.command.empty();
  const int ways = static_cast<int>(!arguments.reload.empty()) +
                   static_cast<int>(!arguments.reload_signal.empty()) +
                   static_cast<int>(!arguments.reload_url.empty());
  if (ways > 1)
    wrong(mistakes, "--reload", "give one of --reload, --reload-signal and --reload-url");
  reload.restart = arguments.reload == "restart" || (ways == 0 && arguments.environment_variables);
  if (!reload.restart) reload.command = arguments.reload;
  if (reload.restart && !supervised)
    wrong(mistakes, "--reload", "restart needs a program to restart: … -- CMD ARGS");
  if (!arguments.reload_signal.empty()) {
    reload.signal = signal_of(arguments.reload_signal);
    if (reload.signal == 0)
      wrong(mistakes, "--reload-signal", arguments.reload_signal + " is no signal: HUP, USR1, …");
    if (!supervised && arguments.pid_file.empty())
      wrong(mistakes, "--pid-file", "is required: whom shall --reload-signal reach?");
  }
  if (!arguments.pid_file.empty()) {
    reload.pid_file = fixed(arguments.pid_file);
    if (arguments.reload_signal.empty() || supervised)
      wrong(mistakes, "--pid-file", "is for --reload-signal to a program that is not supervised");
  }
  reload.url = arguments.reload_url;
  if (!reload.url.empty() && !reload.url.starts_with("http://") &&
      !reload.url.starts_with("https://"))
    wrong(mistakes, "--reload-url", "must be an http:// or https:// address");
  read_limit("--reload-timeout", arguments.reload_timeout, reload.timeout, mistakes);
}

void read_supervise(const AgentArguments& arguments, agent::SidecarOptions& options,
                    Mistakes& mistakes) {
  read_time("--wait", arguments.wait, options.wait, mistakes);
  options.environment = arguments.environment_variables;
  options.env_prefix = arguments.env_prefix;
  agent::SuperviseOptions supervise{.command = arguments.command};
  auto& rules = supervise.rules;
  read_time("--stop-timeout", arguments.stop_timeout, supervise.stop_timeout, mistakes);
  read_time("--crash-window", arguments.crash_window, rules.crash_window, mistakes);
  rules.crash_limit = arguments.crash_limit.value_or(rules.crash_limit);
  if (rules.crash_limit < 0) wrong(mistakes, "--crash-limit", "must be 1 or more, or 0 for never");
  const auto& restart = arguments.restart;
  if (restart == "always") {
    rules.when = agent::RestartWhen::Always;
  } else if (restart == "never") {
    rules.when = agent::RestartWhen::Never;
  } else if (!restart.empty() && restart != "on-failure") {
    wrong(mistakes, "--restart", "must be on-failure, always or never");
  }
  if (!arguments.command.empty()) {
    options.supervise = std::move(supervise);
  } else if (options.environment) {
    wrong(mistakes, "--env", "needs a program: … -- CMD ARGS");
  }
}

void read_serve(const AgentArguments& arguments, agent::SidecarOptions& options,
                Mistakes& mistakes) {
  if (arguments.serve.empty()) return;
  auto address = agent::ServeAddress::parse(arguments.serve);
  if (!address) return wrong(mistakes, "--serve", address.error().detail);
  if (!address->loopback && !arguments.serve_remote)
    return wrong(mistakes, "--serve",
                 arguments.serve +
                     " can be reached by others, and nobody is asked for a password: "
                     "use 127.0.0.1, or give --serve-remote");
  options.serve = *std::move(address);
}

}  // namespace

void read_handoff(const AgentArguments& arguments, agent::SidecarOptions& options,
                  Mistakes& mistakes) {
  read_files(arguments, options.files, mistakes);
  read_reload(arguments, options, mistakes);
  read_supervise(arguments, options, mistakes);
  read_serve(arguments, options, mistakes);
  options.files.reload_always =
      options.environment || options.serve.has_value() || options.files.targets.empty();
  options.handoff = {.profile = arguments.profile,
                     .service = arguments.service,
                     .environment = arguments.environment,
                     .hostname = arguments.hostname};
}

}  // namespace hotswap
