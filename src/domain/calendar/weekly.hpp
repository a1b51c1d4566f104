#pragma once
// Weekly times on the clocks of a zone, whose offset changes: an hour may be missing from a day, or
// come twice. What counts is what a clock on the wall shows.

#include <optional>
#include <vector>

#include "domain/calendar/calendar.hpp"

namespace hotswap::calendar {

inline constexpr int kDayMinutes = 24 * 60;

/// Monday = 1. `local_minutes` since 1970-01-01, a Thursday.
[[nodiscard]] int iso_weekday(std::int64_t local_minutes);

/// Nothing if the zone is unknown.
[[nodiscard]] std::optional<bool> is_within(const Weekly& weekly, WallTime at,
                                            const LocalMinutes& local);

/// Every instant in (from, to] at which is_within() may change, in any order.
[[nodiscard]] std::vector<WallTime> changes(const Weekly& weekly, WallTime from, WallTime to,
                                            const LocalMinutes& local);

}  // namespace hotswap::calendar
