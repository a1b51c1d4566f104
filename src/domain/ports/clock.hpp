#pragma once
#include "domain/base/time.hpp"

namespace hotswap {

/// The only source of time. Wall time for people and records, monotonic time for intervals.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual MonoTime mono() const = 0;
};

}  // namespace hotswap
