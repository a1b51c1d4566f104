#include "orchestrator/event_feed.hpp"

namespace hotswap {

EventFeed::EventFeed(Committer& committer) {
  committer.on_events([this](const std::vector<TimelineEvent>& events) { tell(events); });
}

std::uint64_t EventFeed::follow(Follower follower) {
  const MutexLock lock(mutex_);
  followers_.emplace(next_, std::move(follower));
  return next_++;
}

void EventFeed::unfollow(std::uint64_t id) {
  const MutexLock lock(mutex_);
  followers_.erase(id);
}

void EventFeed::tell(const std::vector<TimelineEvent>& events) {
  const MutexLock lock(mutex_);
  for (const TimelineEvent& event : events)
    for (const auto& [id, follower] : followers_) follower(event);
}

}  // namespace hotswap
