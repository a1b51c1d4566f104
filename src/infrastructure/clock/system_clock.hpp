#pragma once
#include "domain/ports/clock.hpp"

namespace hotswap {

/// The machine's clocks. Thread-safe.
class SystemClock : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] MonoTime mono() const override;
};

}  // namespace hotswap
