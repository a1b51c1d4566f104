#include <charconv>

#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::api {
namespace {

Result<std::optional<std::uint64_t>> last_event_id(const Request& request) {
  const auto text = request.header("Last-Event-ID");
  if (text.empty()) return std::nullopt;
  std::uint64_t sequence = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, sequence);
  if (error == std::errc() && stop == end && sequence <= INT64_MAX) return sequence;
  return fail(ErrorCode::Invalid, "events.last_id",
              "Last-Event-ID must be the id of an event that this feed sent: a whole number.");
}

StreamStart feed(Services& services, FeedRequest request) {
  auto& feeds = services.feeds;
  const auto id = feeds.new_id();
  StreamStart start;
  start.on_open = [&feeds, id, request = std::move(request)](std::shared_ptr<EventStream> stream) {
    feeds.open(id, request, std::move(stream));
  };
  start.on_close = [&feeds, id] { feeds.close(id); };
  return start;
}

Result<Reply> timeline_page(Services& services, const Call& call, const DeploymentId& id) {
  const auto limit = call.query.number("limit", 1, limits::kPageMax, limits::kPageMax);
  if (!limit) return std::unexpected(limit.error());
  const auto after = call.query.number("cursor", 0, INT64_MAX, 0);
  if (!after) return std::unexpected(after.error());
  const auto events = services.deployments.events(call.caller, id, *after, *limit);
  if (!events) return std::unexpected(events.error());
  Page<TimelineEvent> page{*events, {}};
  if (events->size() == *limit) page.next_cursor = std::to_string(events->back().sequence);
  return json_answer(200, page_json(page, [](const auto& event) { return to_json(event); }));
}

}  // namespace

Result<Reply> all_events(Services& services, Call& call) {
  const auto after = last_event_id(call.request);
  if (!after) return std::unexpected(after.error());
  return feed(services, {call.caller.principal, std::nullopt, *after});
}

Result<Reply> deployment_events(Services& services, Call& call) {
  const DeploymentId id(call.path[0]);
  if (asks_for(call.request, "application/json")) return timeline_page(services, call, id);
  const auto after = last_event_id(call.request);
  if (!after) return std::unexpected(after.error());
  // The access check of the deployment; the feed itself filters by profile.
  if (auto known = services.deployments.get(call.caller, id); !known) {
    return std::unexpected(known.error());
  }
  return feed(services, {call.caller.principal, id, after->value_or(0)});
}

}  // namespace hotswap::api
