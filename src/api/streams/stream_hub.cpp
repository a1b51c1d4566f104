#include "api/streams/stream_hub.hpp"

#include <algorithm>

namespace hotswap::api {
namespace {

constexpr Duration kSliceInterval = std::chrono::milliseconds(50);
constexpr std::size_t kSlicesWaiting = 4096;
/// Between two looks whether memory has become free.
constexpr Duration kLookForMemory = std::chrono::milliseconds(20);

}  // namespace

struct StreamHub::Peer : std::enable_shared_from_this<StreamHub::Peer> {
  struct Held {
    std::shared_ptr<PendingReply> reply;
    Answer answer;
  };
  Mutex mutex;
  std::shared_ptr<EventStream> stream HS_GUARDED_BY(mutex);
  /// Highest generation sent per profile on this stream.
  std::map<ProfileName, std::uint64_t> sent HS_GUARDED_BY(mutex);
  /// While the first frames are being sent, changes are noted here and read anew afterwards.
  bool opening HS_GUARDED_BY(mutex) = false;
  bool changed_while_opening HS_GUARDED_BY(mutex) = false;
  std::vector<Held> held HS_GUARDED_BY(mutex);
};

struct StreamHub::Slice {
  std::vector<Assignment> assignments;
  AssignMode mode = AssignMode::Deliver;
};

/// A content that waits for its turn. Its frame is sought again then: waiting keeps no memory.
struct StreamHub::Waiting {
  PeerPtr peer;
  FrameKind kind = FrameKind::Config;
  ProfileName profile;
  Assignment::Slot slot;
};

StreamHub::StreamHub(VersionCache& versions, const Clock& clock)
    : frames_(versions), clock_(clock), lanes_(clock.mono()) {}

StreamHub::~StreamHub() { stop(); }

StreamHub::PeerPtr StreamHub::find(const InstanceId& instance) const {
  const MutexLock lock(mutex_);
  const auto found = peers_.find(instance);
  return found == peers_.end() ? nullptr : found->second;
}

StreamHub::PeerPtr StreamHub::find_or_add(const InstanceId& instance) {
  const MutexLock lock(mutex_);
  auto& peer = peers_[instance];
  if (!peer) peer = std::make_shared<Peer>();
  return peer;
}

void StreamHub::forget_if_idle(const InstanceId& instance) {
  const MutexLock lock(mutex_);
  const auto found = peers_.find(instance);
  if (found == peers_.end()) return;
  // A copy in somebody's hand may be about to get a stream or a poll: it is left for their close.
  if (found->second.use_count() > 1) return;
  bool idle = false;
  {
    const MutexLock peer_lock(found->second->mutex);
    idle = !found->second->stream && found->second->held.empty();
  }
  if (idle) peers_.erase(found);
}

void StreamHub::visit(
    const std::function<bool(const InstanceId&, const std::shared_ptr<EventStream>&)>& look) const {
  std::vector<std::pair<InstanceId, PeerPtr>> peers;
  {
    const MutexLock lock(mutex_);
    peers.assign(peers_.begin(), peers_.end());
  }
  for (const auto& [id, peer] : peers) {
    std::shared_ptr<EventStream> stream;
    {
      const MutexLock lock(peer->mutex);
      stream = peer->stream;
    }
    if (stream && stream->is_open() && !look(id, stream)) return;
  }
}

void StreamHub::send_slot(Peer& peer, FrameKind kind, const ProfileName& profile,
                          const Assignment::Slot& slot) {
  const auto frame = frames_.frame(kind, profile, slot);
  // A version that cannot be read now is named by the next heartbeat's answer.
  if (!frame) return;
  if ((*frame)->size() > kPassesAtOnce && wait_in_lane(peer, kind, profile, slot)) return;
  push_slot(peer, kind, profile, slot, *frame);
}

std::size_t StreamHub::push_slot(Peer& peer, FrameKind kind, const ProfileName& profile,
                                 const Assignment::Slot& slot, const FrameCache::Text& frame) {
  const MutexLock lock(peer.mutex);
  auto& sent = peer.sent[profile];
  if (!peer.stream || slot.generation <= sent) return 0;
  sent = slot.generation;
  // A staged copy is no substitute for what is active, so the two wait under different keys.
  const auto key = kind == FrameKind::Stage ? profile.str() + " staged" : profile.str();
  peer.stream->push(key, frame);
  if (kind != FrameKind::Activate) sent_ += frame->size();
  return frame->size();
}

void StreamHub::send_desired(Peer& peer, std::vector<Assignment> assignments) {
  for (const auto& assignment : assignments) {
    const auto& active = assignment.active;
    const auto& staged = assignment.staged;
    const bool staged_first = active && staged && staged->generation < active->generation;
    if (staged_first) send_slot(peer, FrameKind::Stage, assignment.profile, *staged);
    if (active) send_slot(peer, FrameKind::Config, assignment.profile, *active);
    if (staged && !staged_first) send_slot(peer, FrameKind::Stage, assignment.profile, *staged);
  }
}

void StreamHub::open(const InstanceId& instance, std::shared_ptr<EventStream> stream,
                     const Desired& desired) {
  const auto peer = find_or_add(instance);
  std::shared_ptr<EventStream> older;
  {
    const MutexLock lock(peer->mutex);
    older = std::exchange(peer->stream, stream);
    peer->sent.clear();
    peer->opening = true;
    peer->changed_while_opening = false;
  }
  if (older)
    older->close();
  else
    ++connected_;
  while (true) {
    auto now = desired();
    if (now) send_desired(*peer, std::move(*now));
    const MutexLock lock(peer->mutex);
    // Somebody else opens the instance's stream anew: theirs goes on.
    if (peer->stream != stream) return;
    if (!now) {
      peer->opening = false;
      peer->stream->close();
      return;
    }
    if (!std::exchange(peer->changed_while_opening, false)) {
      peer->opening = false;
      return;
    }
  }
}

void StreamHub::closed(const InstanceId& instance, const std::weak_ptr<EventStream>& stream) {
  if (const auto peer = find(instance)) {
    const MutexLock lock(peer->mutex);
    if (peer->stream && peer->stream == stream.lock()) {
      peer->stream = nullptr;
      --connected_;
    }
  }
  forget_if_idle(instance);
}

void StreamHub::hold(const InstanceId& instance, std::shared_ptr<PendingReply> reply,
                     Answer answer) {
  const auto peer = find_or_add(instance);
  const MutexLock lock(peer->mutex);
  peer->held.push_back({std::move(reply), std::move(answer)});
}

void StreamHub::release(const InstanceId& instance, const std::weak_ptr<PendingReply>& reply) {
  if (const auto peer = find(instance)) {
    const MutexLock lock(peer->mutex);
    std::erase_if(peer->held, [&](const auto& held) { return held.reply == reply.lock(); });
  }
  forget_if_idle(instance);
}

void StreamHub::remove(const InstanceId& instance) {
  const auto peer = find(instance);
  if (!peer) return;
  std::vector<Peer::Held> held;
  {
    const MutexLock lock(peer->mutex);
    if (peer->stream) peer->stream->close();
    held = std::exchange(peer->held, {});
  }
  for (const auto& each : held) each.reply->complete(each.answer());
}

void StreamHub::send_change(Peer& peer, const Assignment& assignment, AssignMode mode) {
  const auto& slot = mode == AssignMode::Stage ? assignment.staged : assignment.active;
  if (!slot) {
    const MutexLock lock(peer.mutex);
    if (!peer.stream) return;
    // Nothing desired has no generation of its own: the last one that this stream saw stands.
    const auto generation = peer.sent[assignment.profile];
    peer.stream->push(assignment.profile.str(), std::make_shared<const std::string>(unassign_frame(
                                                    assignment.profile, generation)));
    return;
  }
  const auto kind = mode == AssignMode::Stage      ? FrameKind::Stage
                    : mode == AssignMode::Activate ? FrameKind::Activate
                                                   : FrameKind::Config;
  send_slot(peer, kind, assignment.profile, *slot);
}

void StreamHub::send(const Assignment& assignment, AssignMode mode) {
  const auto peer = find(assignment.instance);
  if (!peer) return;
  std::vector<Peer::Held> held;
  bool opening = false;
  {
    const MutexLock lock(peer->mutex);
    opening = peer->opening;
    if (opening) peer->changed_while_opening = true;
    held = std::exchange(peer->held, {});
  }
  if (!opening) send_change(*peer, assignment, mode);
  for (const auto& each : held) each.reply->complete(each.answer());
}

void StreamHub::deliver_again(const std::vector<Assignment>& assignments) {
  for (const auto& assignment : assignments) {
    const auto peer = find(assignment.instance);
    if (!peer) continue;
    std::uint64_t newest = 0;
    for (const auto& slot : {assignment.active, assignment.staged})
      if (slot) newest = std::max(newest, slot->generation);
    {
      const MutexLock lock(peer->mutex);
      // As if nothing of the profile had been sent; what is newer than this is not overtaken.
      auto& sent = peer->sent[assignment.profile];
      if (sent <= newest) sent = 0;
    }
    if (assignment.active) send(assignment, AssignMode::Deliver);
    if (assignment.staged) send(assignment, AssignMode::Stage);
  }
}

void StreamHub::assigned(const std::vector<Assignment>& assignments, AssignMode mode,
                         Duration spread) {
  if (spread > Duration::zero() && assignments.size() > 1) {
    schedule(assignments, mode, spread);
    return;
  }
  for (const auto& assignment : assignments) send(assignment, mode);
}

void StreamHub::schedule(const std::vector<Assignment>& assignments, AssignMode mode,
                         Duration spread) {
  const auto intervals = static_cast<std::size_t>(spread / kSliceInterval);
  const auto count = std::clamp<std::size_t>(intervals, 1, assignments.size());
  const auto start = clock_.mono();
  std::vector<Assignment> at_once;
  {
    const std::lock_guard lock(slices_mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto first = static_cast<std::ptrdiff_t>(assignments.size() * i / count);
      const auto last = static_cast<std::ptrdiff_t>(assignments.size() * (i + 1) / count);
      std::vector<Assignment> part(assignments.begin() + first, assignments.begin() + last);
      // The first slice goes now; so does what finds no room, since late is worse than bunched.
      if (i == 0 || slices_.size() >= kSlicesWaiting) {
        std::ranges::move(part, std::back_inserter(at_once));
        continue;
      }
      const auto due =
          start + spread * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(count);
      slices_.emplace(due, Slice{std::move(part), mode});
    }
  }
  slices_changed_.notify_one();
  for (const auto& assignment : at_once) send(assignment, mode);
}

void StreamHub::run_due() {
  run_slices();
  run_lanes();
}

void StreamHub::run_slices() {
  while (true) {
    Slice slice;
    {
      const std::lock_guard lock(slices_mutex_);
      if (slices_.empty() || slices_.begin()->first > clock_.mono()) return;
      slice = std::move(slices_.begin()->second);
      slices_.erase(slices_.begin());
    }
    for (const auto& assignment : slice.assignments) send(assignment, slice.mode);
  }
}

void StreamHub::set_pace(const Pace& pace, std::size_t memory) {
  {
    const std::lock_guard lock(slices_mutex_);
    lanes_.set_pace(pace, clock_.mono());
    paced_ = pace.limited() || memory > 0;
    memory_ = memory;
  }
  slices_changed_.notify_one();
}

StreamHub::Flow StreamHub::flow() const {
  const std::lock_guard lock(slices_mutex_);
  return {lanes_.waiting(), sent_.load(), frames_.alive(), held_up_.load()};
}

bool StreamHub::wait_in_lane(Peer& peer, FrameKind kind, const ProfileName& profile,
                             const Assignment::Slot& slot) {
  {
    const std::lock_guard lock(slices_mutex_);
    if (!paced_) return false;
    auto waiting = std::make_shared<Waiting>(peer.shared_from_this(), kind, profile, slot);
    // One thing of a kind waits for an instance: the newest.
    const auto key = std::to_string(reinterpret_cast<std::uintptr_t>(&peer)) +
                     (kind == FrameKind::Stage ? " staged" : "");
    lanes_.put(profile.str(), key, std::move(waiting), clock_.mono());
  }
  slices_changed_.notify_one();
  return true;
}

void StreamHub::run_lanes() {
  while (true) {
    std::shared_ptr<Waiting> turn;
    std::string lane;
    {
      const std::lock_guard lock(slices_mutex_);
      const MonoTime now = clock_.mono();
      if (now < hold_until_ || lanes_.waiting() == 0) return;
      if (memory_ > 0 && frames_.alive() > memory_) {
        hold_until_ = now + kLookForMemory;
        ++held_up_;
        return;
      }
      auto next = lanes_.take(now);
      if (!next) return;
      turn = std::move(next->item);
      lane = std::move(next->lane);
    }
    const auto frame = frames_.frame(turn->kind, turn->profile, turn->slot);
    if (!frame) continue;
    const auto bytes = push_slot(*turn->peer, turn->kind, turn->profile, turn->slot, *frame);
    const std::lock_guard lock(slices_mutex_);
    lanes_.spend(lane, bytes, clock_.mono());
  }
}

std::optional<MonoTime> StreamHub::next_due() const {
  auto due = lanes_.next();
  if (due) due = std::max(*due, hold_until_);
  if (!slices_.empty() && (!due || slices_.begin()->first < *due)) due = slices_.begin()->first;
  return due;
}

void StreamHub::drive(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    run_due();
    std::unique_lock lock(slices_mutex_);
    const auto due = next_due();
    if (!due) {
      slices_changed_.wait(lock, stop, [this] { return next_due().has_value(); });
      continue;
    }
    const auto wait = *due - clock_.mono();
    if (wait > wait.zero()) {
      slices_changed_.wait_for(lock, stop, wait, [this, due] {
        const auto next = next_due();
        return !next || *next < *due;
      });
    }
  }
}

void StreamHub::start() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { drive(stop); });
}

void StreamHub::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace hotswap::api
