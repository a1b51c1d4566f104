#pragma once
// Wall time for people, monotonic time for intervals; text forms RFC 3339 and ISO 8601.

#include <chrono>
#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap {

using Duration = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;  ///< UTC
struct MonoClock {                                                  ///< tag: never reads a clock
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonoClock>;
  static constexpr bool is_steady = true;
};
using MonoTime = MonoClock::time_point;

/// `2026-11-23T15:04:05.123Z`, always with milliseconds, always UTC.
[[nodiscard]] std::string format_time(WallTime time);
/// Accepts RFC 3339 with `Z` or a numeric offset, 0 to 9 fraction digits (cut to milliseconds).
[[nodiscard]] Result<WallTime> parse_time(std::string_view text);

/// Shortest ISO 8601 form: `PT5M`, `PT1.5S`, `P3D`, `PT0S`.
[[nodiscard]] std::string format_duration(Duration duration);
/// ISO 8601 `PnDTnHnMnS` and `PnW` (no months or years: their length is not fixed), fractions of
/// seconds. Refuses negative values and anything above 366 days. Error reason `duration.invalid`.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

}  // namespace hotswap
