#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_view.hpp"
#include "cli/human.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"
#include "domain/base/short_duration.hpp"

namespace hotswap::cli {
namespace {

struct HistoryFlags {
  std::string name, at;
  std::size_t limit = 50;
};

/// A time as it is, or how long ago.
Result<std::string> time_from(const std::string& text, WallTime now) {
  if (const auto time = parse_time(text)) return format_time(*time);
  if (const auto ago = read_duration(text)) return format_time(now - *ago);
  return fail(
      ErrorCode::Invalid, "usage",
      "--at: write a time such as 2026-01-31T06:00:00Z, or how long ago such as 2h, not \"" + text +
          "\"");
}

Outcome live_then(Session& session, Api& api, const HistoryFlags& flags) {
  const auto at = time_from(flags.at, session.now());
  if (!at) return std::unexpected(at.error());
  const auto answer = api.get(config_path(flags.name, {"history"}) + query({{"at", *at}}));
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
    return ExitCode::Ok;
  }
  const auto version = text_at(*answer, "version");
  session.print(fmt::format("{} at {}: {}\n", flags.name, *at,
                            version.empty() ? "nothing was live" : version));
  return ExitCode::Ok;
}

Outcome history(Session& session, const HistoryFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  if (!flags.at.empty()) return live_then(session, **api, flags);
  auto items = (*api)->list(config_path(flags.name, {"history"}), flags.limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  std::string out, day;
  for (const auto& item : *items) {
    const auto today = text_at(item, "at").substr(0, 10);
    if (std::exchange(day, today) != today) {
      out += session.terminal().paint(Paint::Bold, today) + "\n";
    }
    out += event_line(item, session.terminal()) + "\n";
  }
  session.print(out.empty() ? "nothing has happened yet\n" : out);
  return ExitCode::Ok;
}

/// The deployment of a profile that runs, or that was the last one.
Result<json::Value> newest_of(Api& api, const std::string& profile, bool active) {
  auto items = api.list(
      "/api/v1/deployments" + query({{"configName", profile}, {"active", active ? "true" : ""}}),
      1);
  if (!items) return std::unexpected(items.error());
  return items->empty() ? json::Value() : items->front();
}

Outcome watch(Session& session, const std::string& word) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto profile = (*api)->get(config_path(word));
  if (!profile && profile.error().code != ErrorCode::NotFound) {
    return std::unexpected(profile.error());
  }
  if (!profile) {
    const auto id = deployment_named(**api, word);
    if (id) return watch_deployment(session, *id);
    if (id.error().code != ErrorCode::NotFound) return std::unexpected(id.error());
    return fail(ErrorCode::NotFound, "config.not_found",
                word +
                    " is neither a profile (hotswap config list) nor a deployment (hotswap "
                    "deployment list)");
  }
  const auto running = newest_of(**api, word, true);
  if (!running) return std::unexpected(running.error());
  if (!running->is_null()) return watch_deployment(session, text_at(*running, "id"));
  const auto last = newest_of(**api, word, false);
  if (!last) return std::unexpected(last.error());
  return fail(ErrorCode::NotFound, "deployment.not_found",
              "no deployment of " + word + " is running" +
                  (last->is_null() ? ": hotswap deploy " + word + " VERSION --watch starts one"
                                   : "; the last one is " + short_id(text_at(*last, "id")) + ", " +
                                         text_at(*last, "state") + ": hotswap deployment report " +
                                         short_id(text_at(*last, "id"))));
}

}  // namespace

void add_history_verbs(Verbs& verbs) {
  auto flags = std::make_shared<HistoryFlags>();
  auto* command = verbs.app().add_subcommand(
      "history", "a profile's versions, tags and deployments on one timeline, oldest first");
  command->add_option("name", flags->name, "profile")->required()->type_name(kind::kProfile);
  command->add_option("--at", flags->at, "only say what was live then: a time, or how long ago")
      ->type_name(kind::kTime);
  command->add_option("--limit", flags->limit, "at most")->default_val(50);
  verbs.on(command, [flags](Session& session) { return history(session, *flags); });

  auto word = std::make_shared<std::string>();
  auto* follow = verbs.app().add_subcommand(
      "watch", "follow the running deployment of a profile; exit 8 unless it succeeds");
  follow->add_option("name", *word, "profile, or deployment")
      ->required()
      ->type_name(kind::kProfile);
  verbs.on(follow, [word](Session& session) { return watch(session, *word); });
}

}  // namespace hotswap::cli
