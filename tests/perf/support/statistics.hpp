#pragma once
#include <algorithm>
#include <chrono>
#include <vector>

namespace hotswap::perf {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
[[nodiscard]] inline double milliseconds_since(Clock::time_point start) {
  return seconds_since(start) * 1e3;
}

/// The middle value; of an even count the lower one. 0 if there are none.
[[nodiscard]] inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Of one call, the median of so many.
template <class F>
double median_microseconds(int rounds, F&& call) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    call();
    times.push_back(seconds_since(start) * 1e6);
  }
  return median(std::move(times));
}

}  // namespace hotswap::perf
