#pragma once
#include "domain/ports/clock.hpp"

namespace hotswap {

/// A clock that was set once, to the time that all nodes of a cluster go by, and runs on this
/// machine's monotonic time since: what somebody does to the machine's wall clock moves nothing.
class AnchoredClock final : public Clock {
 public:
  AnchoredClock(const Clock& machine, WallTime now)
      : machine_(machine), wall_(now), mono_(machine.mono()) {}
  [[nodiscard]] WallTime wall() const override {
    return wall_ + std::chrono::duration_cast<Duration>(machine_.mono() - mono_);
  }
  [[nodiscard]] MonoTime mono() const override { return machine_.mono(); }

 private:
  const Clock& machine_;
  const WallTime wall_;
  const MonoTime mono_;
};

}  // namespace hotswap
