#pragma once
// Days and times of day as people write them.

#include <string>
#include <string_view>

#include "domain/calendar/calendar.hpp"

namespace hotswap::calendar {

[[nodiscard]] std::string_view day_name(int day);   ///< 1 to 7: `Mon`, …
[[nodiscard]] std::string minute_text(int minute);  ///< of the day: `09:00`, `24:00`

/// `2026-12-24T12:00:00Z`: without the milliseconds, which nobody wrote.
[[nodiscard]] std::string moment_text(WallTime at);

}  // namespace hotswap::calendar
