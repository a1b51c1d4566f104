#include "api/streams/traffic_hub.hpp"

#include "api/streams/frames.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

std::shared_ptr<const std::string> frame_of(const Traffic& traffic) {
  return std::make_shared<const std::string>(
      sse_frame("traffic", traffic.revision, json::write(traffic_json(traffic, false))));
}

}  // namespace

json::Value traffic_json(const Traffic& traffic, bool with_router) {
  auto out = to_json(traffic);
  if (with_router) return out;
  const json::Value type = *out.find("router")->find("type");
  out.as_object()->set("router", json::Object{{"type", type}});
  return out;
}

TrafficHub::TrafficHub(Committer& committer) {
  committer.on_traffic_changed([this](const Traffic& traffic) { changed(traffic); });
}

std::uint64_t TrafficHub::new_id() {
  const MutexLock lock(mutex_);
  return next_id_++;
}

std::size_t TrafficHub::followers() const {
  const MutexLock lock(mutex_);
  return followers_.size();
}

void TrafficHub::send(Follower& follower, const Traffic& traffic,
                      const std::shared_ptr<const std::string>& frame) {
  // Commits that followed each other closely may tell of it in another order.
  if (traffic.revision <= follower.sent) return;
  follower.sent = traffic.revision;
  follower.stream->push("traffic", frame);
}

void TrafficHub::changed(const Traffic& traffic) {
  const MutexLock lock(mutex_);
  std::shared_ptr<const std::string> frame;
  for (auto& [id, follower] : followers_) {
    if (follower.service != traffic.service || follower.environment != traffic.environment)
      continue;
    if (!frame) frame = frame_of(traffic);
    send(follower, traffic, frame);
  }
}

void TrafficHub::open(std::uint64_t id, const ServiceName& service, const std::string& environment,
                      std::shared_ptr<EventStream> stream,
                      const std::function<Result<Traffic>()>& now) {
  {
    const MutexLock lock(mutex_);
    followers_.emplace(id, Follower{service, environment, stream, 0});
  }
  const auto traffic = now();
  if (!traffic) return stream->close();
  const MutexLock lock(mutex_);
  if (const auto found = followers_.find(id); found != followers_.end())
    send(found->second, *traffic, frame_of(*traffic));
}

void TrafficHub::close(std::uint64_t id) {
  const MutexLock lock(mutex_);
  followers_.erase(id);
}

}  // namespace hotswap::api
