#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {
namespace {

std::string_view state_word(const CalendarView& view) {
  const bool freeze = view.entry.kind == CalendarKind::Freeze;
  switch (view.phase) {
    case CalendarPhase::Waiting:
      return freeze ? "waiting" : "closed";
    case CalendarPhase::Active:
      return freeze ? "frozen" : "open";
    case CalendarPhase::Over:
      return "over";
  }
  return "";
}

json::Object view_json(const CalendarView& view) {
  const json::Value entry = to_json(view.entry);
  json::Object out = *entry.as_object();
  out.append("state", state_word(view));
  out.append("concerns", describe(view.entry.scope));
  out.append("when", describe(view.entry));
  return out;
}

json::Value halted_json(const Deployment& deployment) {
  return json::Object{{"id", deployment.id.str()},
                      {"configName", deployment.profile.str()},
                      {"configVersion", deployment.version.str()},
                      {"serviceName", deployment.service.str()},
                      {"environment", deployment.environment},
                      {"state", state_name(deployment.state)}};
}

}  // namespace

Result<Reply> list_calendar(Services& services, Call& call) {
  const auto views = services.calendar.list(call.caller);
  if (!views) return std::unexpected(views.error());
  json::Array items;
  for (const auto& view : *views) items.emplace_back(view_json(view));
  return json_answer(200, json::Object{{"items", std::move(items)}, {"nextCursor", nullptr}});
}

Result<Reply> add_calendar_entry(Services& services, Call& call) {
  const auto added = services.calendar.add(call.caller, call.body);
  if (!added) return std::unexpected(added.error());
  auto answer = view_json(added->now);
  json::Array deployments;
  for (const auto& deployment : added->deployments) {
    deployments.push_back(halted_json(deployment));
  }
  answer.append("halted", std::uint64_t{added->halted});
  answer.append("deployments", std::move(deployments));
  answer.append("trouble", added->trouble.empty() ? json::Value() : json::Value(added->trouble));
  return located(201, "/api/v1/calendar/" + added->now.entry.id, answer);
}

Result<Reply> delete_calendar_entry(Services& services, Call& call) {
  const auto removed = services.calendar.remove(call.caller, call.path[0]);
  if (!removed) return std::unexpected(removed.error());
  return no_content();
}

}  // namespace hotswap::api
