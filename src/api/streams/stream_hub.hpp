#pragma once
// Who is connected, and the way down to them. An instance holds one stream; a held poll is told by
// the same change. What an instance should run is never remembered here: it is read when the
// instance connects, so that a lost frame costs nothing.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "api/server/stream.hpp"
#include "api/streams/frames.hpp"
#include "domain/flow/paced_queues.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/delivery.hpp"

namespace hotswap::api {

/// Thread-safe.
class StreamHub final : public Delivery {
 public:
  /// What the instance should hold now.
  using Desired = std::function<Result<std::vector<Assignment>>()>;
  /// The answer to a held poll, made when something has changed.
  using Answer = std::function<Response()>;

  StreamHub(VersionCache& versions, const Clock& clock);
  ~StreamHub() override;

  /// Sends to those who are connected; with a spread, slices of them at equal intervals.
  void assigned(const std::vector<Assignment>& assignments, AssignMode mode,
                Duration spread) override;

  /// What is desired has not changed, but a secret in it has: sends it again.
  void deliver_again(const std::vector<Assignment>& assignments);

  /// Takes the instance's stream, closes an older one, and sends all that is desired. No change
  /// that happens meanwhile is lost, and no older frame follows a newer one.
  void open(const InstanceId& instance, std::shared_ptr<EventStream> stream,
            const Desired& desired);
  /// Forgets this stream; a newer one of the same instance stays. Never blocks for long.
  void closed(const InstanceId& instance, const std::weak_ptr<EventStream>& stream);

  /// Completes `reply` with `answer()` at the instance's next change.
  void hold(const InstanceId& instance, std::shared_ptr<PendingReply> reply, Answer answer);
  void release(const InstanceId& instance, const std::weak_ptr<PendingReply>& reply);

  /// Closes the stream of an instance that is no longer registered; held polls are answered.
  void remove(const InstanceId& instance);

  /// Content and frames, shared with the polling route.
  [[nodiscard]] FrameCache& frames() { return frames_; }
  [[nodiscard]] std::size_t connected() const { return connected_.load(); }
  /// Shows the open streams in no order until it is told `false`.
  void visit(const std::function<bool(const InstanceId&, const std::shared_ptr<EventStream>&)>&
                 look) const;

  /// Content is sent at this pace, each profile's (and so each deployment's) in its own lane; what
  /// is no larger than kPassesAtOnce is not held up. No content is handed to a stream while those
  /// that are being sent take more than `memory` bytes (0: no limit).
  void set_pace(const Pace& pace, std::size_t memory);
  static constexpr std::size_t kPassesAtOnce = 4096;
  struct Flow {
    std::size_t waiting = 0;    ///< contents that wait for their turn
    std::uint64_t sent = 0;     ///< bytes of content frames since the start
    std::size_t memory = 0;     ///< bytes of rendered texts
    std::uint64_t held_up = 0;  ///< times that memory was the reason to wait
  };
  [[nodiscard]] Flow flow() const;

  /// Starts the thread that sends the slices of spread deliveries.
  void start();
  void stop();
  /// Sends the slices and the contents that are due, on this thread: what the thread of start()
  /// does.
  void run_due();

 private:
  struct Peer;
  struct Slice;
  using PeerPtr = std::shared_ptr<Peer>;

  [[nodiscard]] PeerPtr find(const InstanceId& instance) const;
  [[nodiscard]] PeerPtr find_or_add(const InstanceId& instance);
  void forget_if_idle(const InstanceId& instance);
  void send(const Assignment& assignment, AssignMode mode);
  void send_change(Peer& peer, const Assignment& assignment, AssignMode mode);
  void send_slot(Peer& peer, FrameKind kind, const ProfileName& profile,
                 const Assignment::Slot& slot);
  std::size_t push_slot(Peer& peer, FrameKind kind, const ProfileName& profile,
                        const Assignment::Slot& slot, const FrameCache::Text& frame);
  [[nodiscard]] bool wait_in_lane(Peer& peer, FrameKind kind, const ProfileName& profile,
                                  const Assignment::Slot& slot);
  void run_slices();
  void run_lanes();
  /// With slices_mutex_ held.
  [[nodiscard]] std::optional<MonoTime> next_due() const;
  void send_desired(Peer& peer, std::vector<Assignment> assignments);
  void schedule(const std::vector<Assignment>& assignments, AssignMode mode, Duration spread);
  void drive(const std::stop_token& stop);

  FrameCache frames_;
  const Clock& clock_;

  mutable Mutex mutex_;
  std::unordered_map<InstanceId, PeerPtr> peers_ HS_GUARDED_BY(mutex_);
  std::atomic<std::size_t> connected_ = 0;

  mutable std::mutex slices_mutex_;
  std::condition_variable_any slices_changed_;
  std::multimap<MonoTime, Slice> slices_;
  struct Waiting;
  PacedQueues<std::shared_ptr<Waiting>> lanes_;  ///< guarded by slices_mutex_, as are the next
  bool paced_ = false;
  std::size_t memory_ = 0;
  MonoTime hold_until_{};
  std::atomic<std::uint64_t> sent_ = 0, held_up_ = 0;
  std::jthread thread_;
};

}  // namespace hotswap::api
