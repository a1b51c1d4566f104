#pragma once
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap::testing {

/// Time that stands still until a test moves it. Thread-safe.
class FakeClock : public Clock {
 public:
  /// Starts at 2026-01-01T00:00:00Z.
  FakeClock();
  explicit FakeClock(WallTime start) : wall_(start) {}

  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] MonoTime mono() const override;

  /// Both times move on.
  void advance(Duration by);
  /// Wall time jumps, as when somebody sets the machine's clock; monotonic time does not.
  void set_wall(WallTime to);

 private:
  mutable Mutex mutex_;
  WallTime wall_ HS_GUARDED_BY(mutex_);
  MonoTime mono_ HS_GUARDED_BY(mutex_){std::chrono::hours(1)};
};

}  // namespace hotswap::testing
