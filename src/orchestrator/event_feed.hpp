#pragma once
// Followers of the event feed, fed by the committer. A follower that asks for what it missed reads
// the store first and then joins; sequence numbers close the gap.

#include <functional>
#include <map>

#include "domain/base/mutex.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class EventFeed {
 public:
  using Follower = std::function<void(const TimelineEvent&)>;

  explicit EventFeed(Committer& committer);
  /// Called for every new event, on the committing thread; must be quick and not call back.
  [[nodiscard]] std::uint64_t follow(Follower follower);
  void unfollow(std::uint64_t id);

 private:
  void tell(const std::vector<TimelineEvent>& events);
  Mutex mutex_;
  std::uint64_t next_ HS_GUARDED_BY(mutex_) = 1;
  std::map<std::uint64_t, Follower> followers_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
