#pragma once
// Asks instances to hold their stream at another node, and remembers whom it asked.

#include <deque>
#include <unordered_map>

#include "api/streams/stream_hub.hpp"
#include "domain/ports/random.hpp"

namespace hotswap::api {

/// Thread-safe.
class StreamMoves {
 public:
  static constexpr Duration kJitter = std::chrono::seconds(2);
  /// An instance that was told, or that has just come because another node told it, is left alone.
  static constexpr Duration kRest = std::chrono::minutes(5);
  /// Who is still here after so long does not do as told, and counts as staying.
  static constexpr Duration kPatience = std::chrono::seconds(30);
  static constexpr std::size_t kRemembered = 50'000;

  StreamMoves(const StreamHub& hub, const Clock& clock, Random& random)
      : hub_(hub), clock_(clock), random_(random) {}

  /// Tells up to `count` streams to go within kJitter, by turns to the addresses `to`. How many.
  std::size_t tell(std::size_t count, const std::vector<std::string>& to);
  /// Streams that were told within kPatience and are still open.
  [[nodiscard]] std::size_t leaving();
  /// Another node has sent it here.
  void arrived(const InstanceId& instance);

 private:
  struct Told {
    std::weak_ptr<EventStream> stream;
    MonoTime at{};
  };
  [[nodiscard]] bool may_tell(const InstanceId& instance, MonoTime now) HS_REQUIRES(mutex_);
  void remember(const InstanceId& instance, MonoTime now) HS_REQUIRES(mutex_);

  const StreamHub& hub_;
  const Clock& clock_;
  Random& random_;
  Mutex mutex_;
  std::unordered_map<InstanceId, MonoTime> rests_ HS_GUARDED_BY(mutex_);
  std::deque<Told> told_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
