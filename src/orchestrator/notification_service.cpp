#include "orchestrator/notification_service.hpp"

#include <algorithm>

namespace hotswap {
namespace {

constexpr auto kRead = Action::ChannelRead;
constexpr auto kWrite = Action::ChannelWrite;

std::unexpected<Error> no_such_channel(const std::string& name) {
  return fail(ErrorCode::NotFound, "channel.not_found",
              "There is no channel " + name + ": see hotswap notify channel list.");
}

/// What the caller left out, or took over from a read, stays as it is.
json::Value completed(json::Value body, const Channel& before) {
  auto* members = body.as_object();
  if (members == nullptr) return body;
  members->set("name", before.name);
  const json::Value described = to_json(before);
  const auto* shown = described.find("target");
  const auto* target = members->find("target");
  const auto* type = members->find("type");
  const bool same_type = type == nullptr || *type == *described.find("type");
  if (type == nullptr) members->set("type", *described.find("type"));
  if (same_type && (target == nullptr || *target == *shown)) members->set("target", before.target);
  members->erase("createdBy");
  members->erase("createdAt");
  return body;
}

}  // namespace

Result<std::vector<Channel>> NotificationService::list(const Caller& caller) {
  if (auto ok = authorize(caller.principal, kRead); !ok) return std::unexpected(ok.error());
  return parts_.store.channels();
}

Result<Channel> NotificationService::find(const std::string& name) {
  auto channels = parts_.store.channels();
  if (!channels) return std::unexpected(channels.error());
  const auto found = std::ranges::find(*channels, name, &Channel::name);
  if (found == channels->end()) return no_such_channel(name);
  return *found;
}

Result<void> NotificationService::keep(const Caller& caller, ChangeSet changes,
                                       std::string resource, std::string detail) {
  changes.push_back(
      change::AppendAudit{audit_entry(caller, std::string(to_string(kWrite)), std::move(resource),
                                      std::move(detail), parts_.clock.wall())});
  auto done = parts_.committer.commit(std::move(changes));
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<Channel> NotificationService::create(const Caller& caller, const json::Value& body) {
  if (auto ok = authorize(caller.principal, kWrite); !ok) return std::unexpected(ok.error());
  auto channel = channel_from_json(body);
  if (!channel) return channel;
  const auto known = parts_.store.channels();
  if (!known) return std::unexpected(known.error());
  if (std::ranges::find(*known, channel->name, &Channel::name) != known->end())
    return fail(ErrorCode::Conflict, "channel.exists",
                "There is a channel " + channel->name + " already: change it by PUT.");
  if (known->size() >= kChannels)
    return fail(ErrorCode::RateLimited, "channel.too_many",
                "There are " + std::to_string(kChannels) + " channels: delete some.");
  channel->created_by = caller.principal.subject;
  channel->created_at = parts_.clock.wall();
  auto done = keep(caller, {change::PutChannel{*channel}},
                   "notifications/channels/" + channel->name, "created");
  if (!done) return std::unexpected(done.error());
  return channel;
}

Result<Channel> NotificationService::replace(const Caller& caller, const std::string& name,
                                             const json::Value& body) {
  if (auto ok = authorize(caller.principal, kWrite); !ok) return std::unexpected(ok.error());
  const auto before = find(name);
  if (!before) return before;
  auto channel = channel_from_json(completed(body, *before));
  if (!channel) return channel;
  channel->created_by = before->created_by;
  channel->created_at = before->created_at;
  auto done =
      keep(caller, {change::PutChannel{*channel}}, "notifications/channels/" + name, "replaced");
  if (!done) return std::unexpected(done.error());
  return channel;
}

Result<void> NotificationService::remove(const Caller& caller, const std::string& name) {
  if (auto ok = authorize(caller.principal, kWrite); !ok) return ok;
  return keep(caller, {change::DeleteChannel{name}}, "notifications/channels/" + name, "deleted");
}

Result<void> NotificationService::test(const Caller& caller, const std::string& name) {
  if (auto ok = authorize(caller.principal, kWrite); !ok) return ok;
  const auto channel = find(name);
  if (!channel) return std::unexpected(channel.error());
  Notice notice;
  notice.id = "test-" + parts_.random.guid();
  notice.severity = Severity::Warning;
  notice.message =
      "This is a test of the channel " + name + ", sent by " + caller.principal.subject + ".";
  notice.state = "Test";
  notice.at = parts_.clock.wall();
  const auto sent = parts_.channels.send(*channel, notice);
  if (sent) return {};
  return fail(ErrorCode::Unavailable, "channel.undelivered",
              "The test message did not get through: " + sent.error().detail);
}

Result<Page<OutboxItem>> NotificationService::dead_letters(const Caller& caller,
                                                           const PageRequest& page) {
  if (auto ok = authorize(caller.principal, kRead); !ok) return std::unexpected(ok.error());
  return parts_.store.dead_letters(page);
}

Result<void> NotificationService::replay(const Caller& caller, const std::string& id) {
  if (auto ok = authorize(caller.principal, kWrite); !ok) return ok;
  return keep(caller, {change::ReviveOutbox{id, parts_.clock.wall()}},
              "notifications/dead-letters/" + id, "replayed");
}

Result<void> NotificationService::discard(const Caller& caller, const std::string& id) {
  if (auto ok = authorize(caller.principal, kWrite); !ok) return ok;
  // Revived first, so that an id that is none, or is not dead, is an error.
  return keep(caller, {change::ReviveOutbox{id, parts_.clock.wall()}, change::FinishOutbox{id}},
              "notifications/dead-letters/" + id, "discarded");
}

json::Value dead_letter_json(const OutboxItem& item) {
  json::Object out{{"id", item.id}, {"kind", item.kind}};
  const auto* channel = item.payload.find("channel");
  const auto* url = item.payload.find("url");
  const auto* text = url == nullptr ? nullptr : url->as_string();
  const json::Value nobody("");
  out.append("receiver", channel != nullptr ? *channel
                         : text != nullptr  ? json::Value(shown_url(text->view()))
                                            : nobody);
  out.append("at", format_time(item.at));
  out.append("attempts", static_cast<std::uint64_t>(item.attempts));
  out.append("error", item.error);
  const auto* notice = item.payload.find("notice");
  if (notice != nullptr) out.append("notice", *notice);
  return out;
}

}  // namespace hotswap
