#pragma once
// Followers of the timeline. Events are read from the store in the order of their sequence by one
// pump, which a commit only wakes: so no follower sees a gap or an event twice, whichever thread
// committed first, and a commit never waits for a follower.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "api/server/stream.hpp"
#include "domain/access/access.hpp"
#include "domain/base/mutex.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap::api {

struct FeedRequest {
  Principal principal;                     ///< sees what it may read, no more
  std::optional<DeploymentId> deployment;  ///< only its timeline; ends when it has ended
  std::optional<std::uint64_t> after;      ///< resume after this event; nothing: from now on
};

/// Thread-safe.
class FeedHub {
 public:
  FeedHub(Store& store, Committer& committer);
  ~FeedHub();

  /// The id for open() and close(); taken beforehand, so that a close can name it.
  [[nodiscard]] std::uint64_t new_id();
  /// Sends what was missed, then follows. Reads the store.
  void open(std::uint64_t id, FeedRequest request, std::shared_ptr<EventStream> stream);
  /// Never blocks for long.
  void close(std::uint64_t id);
  [[nodiscard]] std::size_t followers() const;

  /// Starts the pump's thread.
  void start();
  void stop();
  /// Distributes all that is new, on this thread: what the thread of start() does.
  void pump();

 private:
  struct Subscriber;
  using SubscriberPtr = std::shared_ptr<Subscriber>;

  void find_tail() HS_REQUIRES(pump_mutex_);
  void pump_locked() HS_REQUIRES(pump_mutex_);
  void distribute(const TimelineEvent& event) HS_REQUIRES(pump_mutex_);
  void catch_up(const Subscriber& subscriber, std::uint64_t after) HS_REQUIRES(pump_mutex_);
  void end_finished() HS_REQUIRES(pump_mutex_);
  [[nodiscard]] bool is_finished(const DeploymentId& id) HS_REQUIRES(pump_mutex_);
  /// Events of deleted profiles, whose lists are gone, are for Admin and Operator.
  [[nodiscard]] bool may_see(const Principal& principal, const TimelineEvent& event)
      HS_REQUIRES(pump_mutex_);
  [[nodiscard]] std::vector<SubscriberPtr> subscribers() const;
  void wake();
  void drive(const std::stop_token& stop);

  Store& store_;

  Mutex pump_mutex_;  ///< one pump at a time
  std::optional<std::uint64_t> last_ HS_GUARDED_BY(pump_mutex_);
  std::set<DeploymentId> maybe_finished_ HS_GUARDED_BY(pump_mutex_);
  std::map<ProfileName, std::optional<Access>> access_ HS_GUARDED_BY(pump_mutex_);

  mutable Mutex mutex_;
  std::uint64_t next_id_ HS_GUARDED_BY(mutex_) = 1;
  std::map<std::uint64_t, SubscriberPtr> subscribers_ HS_GUARDED_BY(mutex_);
  std::set<ProfileName> changed_ HS_GUARDED_BY(mutex_);

  std::mutex wake_mutex_;
  std::condition_variable_any wake_;
  bool woken_ = false;
  std::jthread thread_;
};

}  // namespace hotswap::api
