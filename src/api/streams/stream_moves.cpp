#include "api/streams/stream_moves.hpp"

#include <algorithm>

#include "api/server/reconnect.hpp"

namespace hotswap::api {

bool StreamMoves::may_tell(const InstanceId& instance, MonoTime now) {
  const auto found = rests_.find(instance);
  return found == rests_.end() || now - found->second >= kRest;
}

void StreamMoves::remember(const InstanceId& instance, MonoTime now) {
  if (rests_.size() >= kRemembered)
    std::erase_if(rests_, [now](const auto& each) { return now - each.second >= kRest; });
  // Beyond that, all are forgotten: the rate alone then keeps the peace.
  if (rests_.size() >= kRemembered) rests_.clear();
  rests_[instance] = now;
}

std::size_t StreamMoves::tell(std::size_t count, const std::vector<std::string>& to) {
  if (count == 0) return 0;
  const MonoTime now = clock_.mono();
  std::vector<std::string> turn = to;
  std::size_t done = 0;
  hub_.visit([&](const InstanceId& instance, const std::shared_ptr<EventStream>& stream) {
    const MutexLock lock(mutex_);
    if (!may_tell(instance, now)) return true;
    remember(instance, now);
    told_.push_back({stream, now});
    const std::chrono::milliseconds after(
        random_.below(static_cast<std::uint64_t>(kJitter / std::chrono::milliseconds(1))));
    // Keyed: whoever does not read does not get a second one.
    stream->push("reconnect", std::make_shared<const std::string>(reconnect_frame(after, turn)));
    if (!turn.empty()) std::ranges::rotate(turn, turn.begin() + 1);
    return ++done < count;
  });
  return done;
}

std::size_t StreamMoves::leaving() {
  const MutexLock lock(mutex_);
  const MonoTime now = clock_.mono();
  while (!told_.empty() && now - told_.front().at >= kPatience) told_.pop_front();
  return static_cast<std::size_t>(std::ranges::count_if(told_, [](const Told& told) {
    const auto stream = told.stream.lock();
    return stream && stream->is_open();
  }));
}

void StreamMoves::arrived(const InstanceId& instance) {
  const MutexLock lock(mutex_);
  remember(instance, clock_.mono());
}

}  // namespace hotswap::api
