#include "infrastructure/clock/time_zones.hpp"

#include <date/tz.h>

#if !USE_OS_TZDB
#error "The machine's own time zones are wanted, which are never downloaded."
#endif

namespace hotswap {

std::optional<std::int64_t> SystemTimeZones::local_minutes(const std::string& zone,
                                                           WallTime at) const {
  try {
    const auto local = date::locate_zone(zone)->to_local(at);
    return std::chrono::floor<std::chrono::minutes>(local.time_since_epoch()).count();
  } catch (const std::runtime_error&) {  // no such zone, or none at all on this machine
    return std::nullopt;
  }
}

}  // namespace hotswap
