#pragma once
// Until when something must be done. Every wait of this folder ends at one.

#include <algorithm>
#include <chrono>

#include "domain/base/time.hpp"

namespace hotswap::redis {

using Deadline = std::chrono::steady_clock::time_point;

[[nodiscard]] inline Deadline after(Duration time) {
  return std::chrono::steady_clock::now() + time;
}
/// Never negative.
[[nodiscard]] inline Duration left(Deadline deadline) {
  return std::max(Duration::zero(),
                  std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now()));
}

}  // namespace hotswap::redis
