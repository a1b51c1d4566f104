#include "testing/fake_clock.hpp"

namespace hotswap::testing {

FakeClock::FakeClock() : FakeClock(std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}) {}

WallTime FakeClock::wall() const {
  const MutexLock lock(mutex_);
  return wall_;
}

MonoTime FakeClock::mono() const {
  const MutexLock lock(mutex_);
  return mono_;
}

void FakeClock::advance(Duration by) {
  const MutexLock lock(mutex_);
  wall_ += by;
  mono_ += by;
}

void FakeClock::set_wall(WallTime to) {
  const MutexLock lock(mutex_);
  wall_ = to;
}

}  // namespace hotswap::testing
