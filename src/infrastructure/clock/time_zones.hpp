#pragma once
#include "domain/ports/time_zones.hpp"

namespace hotswap {

/// The time zones that the machine has installed (/usr/share/zoneinfo, package tzdata); nothing is
/// ever downloaded. Read once, at the first question. Summer times are known up to 2037, as far as
/// the files list them. Thread-safe.
class SystemTimeZones : public TimeZones {
 public:
  [[nodiscard]] std::optional<std::int64_t> local_minutes(const std::string& zone,
                                                          WallTime at) const override;
};

}  // namespace hotswap
