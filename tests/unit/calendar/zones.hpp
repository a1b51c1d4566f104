#pragma once
#include "domain/calendar/calendar.hpp"
#include "infrastructure/clock/time_zones.hpp"

namespace hotswap {

/// The machine's own zones: what tests say of a day of 2026 is what its clocks really showed.
[[nodiscard]] inline LocalMinutes machine_zones() {
  return [](const std::string& zone, WallTime at) {
    static const SystemTimeZones zones;
    return zones.local_minutes(zone, at);
  };
}

[[nodiscard]] inline WallTime utc(std::string_view text) { return parse_time(text).value(); }

}  // namespace hotswap
