#pragma once
#include <algorithm>

#include "domain/base/time.hpp"

namespace hotswap {

/// Holds one worker to a share of one core: it may work through what it has saved in kWindow, and
/// then has to rest as much as it worked. Pure.
class CpuShare {
 public:
  static constexpr double kWindow = 10;  ///< seconds over which the share holds
  static constexpr Duration kLongestRest = std::chrono::seconds(1);

  /// It has used so much until now: how long it rests. `most`: 0.5 is half a core; 0: no limit.
  [[nodiscard]] Duration rest_after(std::chrono::nanoseconds used, double most, WallTime now) {
    if (most <= 0) return {};
    const double passed = seen_ ? std::chrono::duration<double>(now - at_).count() : kWindow;
    seen_ = true;
    at_ = now;
    saved_ = std::min(saved_ + std::max(passed, 0.0) * most, most * kWindow / 2);
    saved_ -= std::chrono::duration<double>(used).count();
    if (saved_ >= 0) return {};
    const std::chrono::duration<double> rest(-saved_ / most);
    return std::min(std::chrono::ceil<Duration>(rest), kLongestRest);
  }

 private:
  bool seen_ = false;
  WallTime at_{};
  double saved_ = 0;  ///< seconds of a core
};

}  // namespace hotswap
