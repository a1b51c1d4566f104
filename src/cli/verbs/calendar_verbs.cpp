#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/days.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_view.hpp"
#include "cli/human.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/base/short_duration.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kPath = "/api/v1/calendar";
constexpr std::size_t kMost = 1000;  ///< paused deployments looked through

struct ScopeFlags {
  bool all = false;
  std::string environment, service, config;
};

void add_scope_flags(CLI::App& command, ScopeFlags& flags) {
  auto* all = command.add_flag("--all", flags.all, "everything");
  auto* environment =
      command.add_option("--environment", flags.environment, "Development, Staging or Production")
          ->type_name(kind::kEnvironment);
  auto* service =
      command.add_option("--service", flags.service, "one service")->type_name(kind::kService);
  auto* config =
      command.add_option("--config", flags.config, "one profile")->type_name(kind::kProfile);
  for (auto* scope : {environment, service, config}) scope->excludes(all);
  config->excludes(environment)->excludes(service);
}

Result<json::Object> scope_from(const ScopeFlags& flags) {
  json::Object scope;
  if (!flags.environment.empty()) scope.set("environment", flags.environment);
  if (!flags.service.empty()) scope.set("service", flags.service);
  if (!flags.config.empty()) scope.set("profile", flags.config);
  if (!scope.empty() || flags.all) return scope;
  return fail(ErrorCode::Invalid, "usage",
              "say for whom: --all, --environment E, --service S or --config P");
}

/// `2026-12-24T12:00:00Z` as it is; the end of a duration from now.
Result<std::string> end_from(const Session& session, const std::string& until,
                             const std::string& lasting) {
  if (lasting.empty()) return until;
  const auto duration = read_duration(lasting);
  if (!duration) return std::unexpected(duration.error());
  return format_time(session.now() + *duration);
}

// ---- freeze and unfreeze

struct FreezeFlags {
  ScopeFlags scope;
  bool halt = false, no_halt = false;
  std::string until, lasting, reason;
};

/// One line per deployment, with what to do about it.
std::string halted_text(const json::Array& deployments, const Terminal& terminal) {
  Table table({"ID", "PROFILE", "VERSION", "SERVICE", "ENVIRONMENT", "STATE"});
  for (const auto& item : deployments) {
    const auto state = text_at(item, "state");
    table.row({text_at(item, "id"), text_at(item, "configName"), text_at(item, "configVersion"),
               text_at(item, "serviceName"), text_at(item, "environment"),
               terminal.paint(state_paint(state), state)});
  }
  return table.text(terminal);
}

void print_frozen(Session& session, const json::Value& entry, bool halted) {
  const auto& terminal = session.terminal();
  const auto id = short_id(text_at(entry, "id"));
  session.print(fmt::format("{} {}, {}  {}\n", terminal.paint(Paint::Blue, "frozen:"),
                            text_at(entry, "concerns"), text_at(entry, "when"),
                            terminal.paint(Paint::Dim, "entry " + id)));
  if (halted) {
    const auto count = int_at(entry, "halted");
    session.print(count == 0
                      ? "no deployment was running there\n"
                      : fmt::format("halted {} deployment{}:\n{}", count, count == 1 ? "" : "s",
                                    halted_text(items_at(entry, "deployments"), terminal)));
  }
  const auto trouble = text_at(entry, "trouble");
  if (!trouble.empty()) {
    session.print(terminal.paint(Paint::Red, "not all could be halted: ") + trouble +
                  "\nNothing new starts; look at hotswap deployment list and run this again.\n");
  }
  session.print(fmt::format("lift it: hotswap unfreeze {}\n", id));
  if (int_at(entry, "halted") > 0) {
    session.print(
        "Paused deployments stay paused until somebody says so: hotswap deployment "
        "resume ID\n");
  }
}

Outcome freeze(Session& session, const FreezeFlags& flags) {
  auto scope = scope_from(flags.scope);
  if (!scope) return std::unexpected(scope.error());
  const auto end = end_from(session, flags.until, flags.lasting);
  if (!end) return std::unexpected(end.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const bool halt = flags.halt || (flags.scope.all && !flags.no_halt);
  json::Object body{{"type", "freeze"}, {"scope", std::move(*scope)}, {"halt", halt}};
  body.set("reason", flags.reason);
  if (!end->empty()) body.set("endAt", *end);
  const auto entry = (*api)->with((*api)->post(kPath, std::move(body)), {"id", "concerns", "when"});
  if (!entry) return std::unexpected(entry.error());
  if (session.structured()) {
    session.print_value(*entry);
  } else {
    print_frozen(session, *entry, halt);
  }
  return text_at(*entry, "trouble").empty() ? ExitCode::Ok : ExitCode::Unavailable;
}

/// All entries: the calendar is small, so it has one page.
Result<json::Array> entries_of(Api& api) {
  const auto answer = api.get(kPath);
  if (!answer) return std::unexpected(answer.error());
  return items_at(*answer, "items");
}

/// Entries whose id begins with `id`: exactly one, or it is told.
Result<json::Value> entry_named(Api& api, const std::string& id) {
  auto items = entries_of(api);
  if (!items) return std::unexpected(items.error());
  const json::Value* found = nullptr;
  for (const auto& item : *items) {
    if (!text_at(item, "id").starts_with(id)) continue;
    if (found != nullptr) {
      return fail(ErrorCode::Invalid, "usage",
                  "several entries begin with " + id + ": write more of the id");
    }
    found = &item;
  }
  if (found != nullptr && !id.empty()) return *found;
  return fail(ErrorCode::NotFound, "calendar.not_found",
              "the calendar has no entry " + id + ": hotswap calendar list shows them");
}

Result<void> lift(Api& api, const json::Value& entry) {
  return api.remove(kPath + ("/" + encode(text_at(entry, "id"))));
}

std::string lifted_text(const json::Value& entry) {
  return fmt::format("lifted: {} for {}, {}\n", text_at(entry, "type"), text_at(entry, "concerns"),
                     text_at(entry, "when"));
}

/// Deployments that these freezes paused and nobody has resumed.
Result<json::Array> still_paused(Api& api, const json::Array& entries) {
  auto items = api.list("/api/v1/deployments?state=Paused", kMost);
  if (!items) return items;
  json::Array found;
  for (auto& item : *items) {
    const auto reason = text_at(item, "stateReason");
    const bool by_one = std::ranges::any_of(
        entries, [&](const json::Value& entry) { return reason.contains(text_at(entry, "id")); });
    if (by_one) found.push_back(std::move(item));
  }
  return found;
}

Result<json::Array> freezes(Api& api) {
  auto items = entries_of(api);
  if (!items) return items;
  json::Array found;
  for (auto& item : *items) {
    if (text_at(item, "type") == "freeze") found.push_back(std::move(item));
  }
  return found;
}

Result<json::Array> freezes_to_lift(Api& api, const std::string& id) {
  if (id.empty()) return freezes(api);
  auto entry = entry_named(api, id);
  if (!entry) return std::unexpected(entry.error());
  if (text_at(*entry, "type") != "freeze") {
    return fail(ErrorCode::Invalid, "usage",
                "that is a window: hotswap calendar delete " + id + " takes it away");
  }
  json::Array found;
  found.push_back(std::move(*entry));
  return found;
}

void print_lifted(Session& session, const json::Array& entries, const json::Array& paused) {
  for (const auto& entry : entries) session.print(lifted_text(entry));
  if (entries.empty()) session.print("nothing is frozen\n");
  if (paused.empty()) return;
  session.print("still paused; resume each by hand when it may go on:\n");
  for (const auto& item : paused) {
    session.print(fmt::format("  hotswap deployment resume {}   {} {}\n", text_at(item, "id"),
                              text_at(item, "configName"), text_at(item, "configVersion")));
  }
}

Outcome unfreeze(Session& session, const std::string& id, bool all) {
  if (id.empty() != all) {
    return fail(ErrorCode::Invalid, "usage", "name one freeze, or lift them --all");
  }
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto entries = freezes_to_lift(**api, id);
  if (!entries) return std::unexpected(entries.error());
  for (const auto& entry : *entries) {
    if (auto lifted = lift(**api, entry); !lifted) return std::unexpected(lifted.error());
  }
  auto paused = still_paused(**api, *entries);
  if (!paused) return std::unexpected(paused.error());
  if (session.structured()) {
    session.print_value(
        json::Object{{"lifted", std::move(*entries)}, {"paused", std::move(*paused)}});
  } else {
    print_lifted(session, *entries, *paused);
  }
  return ExitCode::Ok;
}

// ---- windows and the calendar

struct WindowFlags {
  ScopeFlags scope;
  std::string days, from, to, zone = "UTC", start, end, reason;
};

Result<json::Object> window_body(const WindowFlags& flags) {
  auto scope = scope_from(flags.scope);
  if (!scope) return std::unexpected(scope.error());
  json::Object body{{"type", "window"}, {"scope", std::move(*scope)}};
  if (!flags.start.empty()) body.set("startAt", flags.start);
  if (!flags.end.empty()) body.set("endAt", flags.end);
  if (!flags.days.empty()) {
    auto days = days_from(flags.days);
    if (!days) return std::unexpected(days.error());
    body.set("days", std::move(*days));
    body.set("from", flags.from);
    body.set("to", flags.to);
    body.set("timeZone", flags.zone);
  }
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  return body;
}

Outcome add_window(Session& session, const WindowFlags& flags) {
  auto body = window_body(flags);
  if (!body) return std::unexpected(body.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto entry = (*api)->post(kPath, std::move(*body));
  if (!entry) return std::unexpected(entry.error());
  if (session.structured()) {
    session.print_value(*entry);
  } else {
    session.print(fmt::format(
        "window for {}, {}: {} now  {}\n", text_at(*entry, "concerns"), text_at(*entry, "when"),
        text_at(*entry, "state"),
        session.terminal().paint(Paint::Dim, "entry " + short_id(text_at(*entry, "id")))));
  }
  return ExitCode::Ok;
}

Paint paint_of(std::string_view state) {
  if (state == "frozen") return Paint::Blue;
  if (state == "open") return Paint::Green;
  return state == "over" ? Paint::Dim : Paint::Plain;
}

Outcome list(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = entries_of(**api);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"ID", "KIND", "STATE", "CONCERNS", "WHEN", "BY", "MADE", "REASON"});
  for (const auto& item : *items) {
    const auto state = text_at(item, "state");
    table.row({short_id(text_at(item, "id")), text_at(item, "type"),
               session.terminal().paint(paint_of(state), state), text_at(item, "concerns"),
               text_at(item, "when"), text_at(item, "createdBy"),
               human_age(text_at(item, "createdAt"), session.now()), text_at(item, "reason")});
  }
  session.print(table.empty() ? "the calendar is empty: deployments may start at any time\n"
                              : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome remove(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto entry = entry_named(**api, id);
  if (!entry) return std::unexpected(entry.error());
  if (auto lifted = lift(**api, *entry); !lifted) return std::unexpected(lifted.error());
  if (session.structured()) {
    session.print_value(*entry);
  } else {
    session.print(lifted_text(*entry));
  }
  return ExitCode::Ok;
}

void add_freeze(Verbs& verbs) {
  auto flags = std::make_shared<FreezeFlags>();
  auto* command = verbs.app().add_subcommand(
      "freeze", "let nothing start; with --all also pause everything that runs, at once");
  add_scope_flags(*command, flags->scope);
  auto* halt = command->add_flag("--halt", flags->halt, "pause what runs (given with --all)");
  command->add_flag("--no-halt", flags->no_halt, "let what runs go on")->excludes(halt);
  auto* until = command->add_option("--until", flags->until, "its end, e.g. 2026-12-27T08:00:00Z")
                    ->type_name(kind::kTime);
  command->add_option("--for", flags->lasting, "how long, e.g. 2h")
      ->type_name(kind::kDuration)
      ->excludes(until);
  command->add_option("--reason", flags->reason, "why, for everybody who is stopped")->required();
  verbs.on(command, [flags](Session& session) { return freeze(session, *flags); });

  auto id = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  auto* unfrozen =
      verbs.app().add_subcommand("unfreeze", "lift a freeze; what it paused is resumed by hand");
  unfrozen->add_option("id", *id, "of the freeze, or its beginning");
  unfrozen->add_flag("--all", *all, "every freeze");
  verbs.on(unfrozen, [id, all](Session& session) { return unfreeze(session, *id, *all); });
}

void add_windows(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("window", "when deployments may start");
  group->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<WindowFlags>();
  auto* command = group->add_subcommand(
      "add", "where one concerns a profile, its deployments start in windows only");
  add_scope_flags(*command, flags->scope);
  auto* days = command->add_option("--days", flags->days, "every week: Mon-Fri, Sat,Sun, daily");
  auto* from = command->add_option("--from", flags->from, "time of day, e.g. 09:00");
  auto* to = command->add_option("--to", flags->to, "time of day; before --from: the next day");
  command->add_option("--time-zone", flags->zone, "of these times, e.g. Europe/Berlin")
      ->default_val("UTC")
      ->needs(days);
  days->needs(from)->needs(to);
  from->needs(days);
  to->needs(days);
  command->add_option("--start", flags->start, "once: from this time on")->excludes(days);
  command->add_option("--end", flags->end, "once: until this time")->excludes(days);
  command->add_option("--reason", flags->reason, "why");
  verbs.on(command, [flags](Session& session) { return add_window(session, *flags); });
}

}  // namespace

void add_calendar_verbs(Verbs& verbs) {
  add_freeze(verbs);
  add_windows(verbs);
  auto* group = verbs.app().add_subcommand("calendar", "windows and freezes");
  group->require_subcommand(1)->fallthrough();
  verbs.on(group->add_subcommand("list", "oldest first, and where each stands now"), list);
  auto id = std::make_shared<std::string>();
  auto* command = group->add_subcommand("delete", "close a window, or lift a freeze");
  command->add_option("id", *id, "of the entry, or its beginning")->required();
  verbs.on(command, [id](Session& session) { return remove(session, *id); });
}

}  // namespace hotswap::cli
