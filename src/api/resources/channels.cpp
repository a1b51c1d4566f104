#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {

Result<Reply> list_channels(Services& services, Call& call) {
  const auto channels = services.notifications.list(call.caller);
  if (!channels) return std::unexpected(channels.error());
  json::Array items;
  for (const auto& channel : *channels) items.push_back(to_json(channel));
  return json_answer(200, json::Object{{"items", std::move(items)}, {"nextCursor", nullptr}});
}

Result<Reply> create_channel(Services& services, Call& call) {
  const auto channel = services.notifications.create(call.caller, call.body);
  if (!channel) return std::unexpected(channel.error());
  return located(201, "/api/v1/notifications/channels/" + channel->name, to_json(*channel));
}

Result<Reply> put_channel(Services& services, Call& call) {
  const auto channel = services.notifications.replace(call.caller, call.path[0], call.body);
  if (!channel) return std::unexpected(channel.error());
  return json_answer(200, to_json(*channel));
}

Result<Reply> delete_channel(Services& services, Call& call) {
  const auto done = services.notifications.remove(call.caller, call.path[0]);
  if (!done) return std::unexpected(done.error());
  return no_content();
}

Result<Reply> test_channel(Services& services, Call& call) {
  const auto done = services.notifications.test(call.caller, call.path[0]);
  if (!done) return std::unexpected(done.error());
  return no_content();
}

Result<Reply> list_dead_letters(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto found = services.notifications.dead_letters(call.caller, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, dead_letter_json));
}

Result<Reply> replay_dead_letter(Services& services, Call& call) {
  const auto done = services.notifications.replay(call.caller, call.path[0]);
  if (!done) return std::unexpected(done.error());
  return no_content();
}

Result<Reply> delete_dead_letter(Services& services, Call& call) {
  const auto done = services.notifications.discard(call.caller, call.path[0]);
  if (!done) return std::unexpected(done.error());
  return no_content();
}

}  // namespace hotswap::api
