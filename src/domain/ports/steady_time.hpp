#pragma once
#include "domain/ports/clock.hpp"

namespace hotswap {

/// Wall time that never jumps: the wall clock at the start plus the monotonic time since. Deadlines
/// and silence are measured on it, so that a clock stepped by an hour fires nothing. Thread-safe.
class SteadyTime {
 public:
  explicit SteadyTime(const Clock& clock)
      : clock_(clock), wall_(clock.wall()), mono_(clock.mono()) {}
  [[nodiscard]] WallTime now() const {
    return wall_ + std::chrono::duration_cast<Duration>(clock_.mono() - mono_);
  }

 private:
  const Clock& clock_;
  const WallTime wall_;
  const MonoTime mono_;
};

}  // namespace hotswap
