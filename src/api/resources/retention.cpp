#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {
namespace {

json::Object shown(const RetentionRun& run, WallTime now) {
  json::Object out = to_json(run);
  out.append("state", to_string(state_of(run, now)));
  return out;
}

/// `03:00`.
std::string time_of_day(std::chrono::minutes at) {
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(at.count() / 60) + ':' + two(at.count() % 60);
}

json::Value shown(const ArchiveHealth& archive) {
  if (archive.where.empty()) return {};
  json::Object out{{"where", archive.where}, {"usable", !archive.error.has_value()}};
  if (archive.error) {
    out.append("reason", archive.error->reason);
    out.append("detail", archive.error->detail);
  }
  return out;
}

}  // namespace

Result<Reply> get_retention(Services& services, Call& call) {
  const auto view = services.retention.view(call.caller);
  if (!view) return std::unexpected(view.error());
  const WallTime now = services.clock.wall();
  json::Array runs;
  for (const RetentionRun& run : view->runs) runs.emplace_back(shown(run, now));
  return json_answer(
      200,
      json::Object{{"versions", std::int64_t{view->policy.versions}},
                   {"days", std::int64_t{view->policy.days}},
                   {"at", view->at ? json::Value(time_of_day(*view->at)) : json::Value()},
                   {"next", view->next ? json::Value(format_time(*view->next)) : json::Value()},
                   {"archive", shown(view->archive)},
                   {"runs", std::move(runs)}});
}

Result<Reply> run_retention(Services& services, Call& call) {
  const auto dry = call.query.flag("dryRun");
  if (!dry) return std::unexpected(dry.error());
  const auto run = services.retention.ask(call.caller, *dry);
  if (!run) return std::unexpected(run.error());
  return located(202, "/api/v1/retention", shown(*run, services.clock.wall()));
}

}  // namespace hotswap::api
