#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "domain/base/time.hpp"

namespace hotswap {

/// The IANA time zone database.
class TimeZones {
 public:
  virtual ~TimeZones() = default;
  /// See calendar.hpp's LocalMinutes.
  [[nodiscard]] virtual std::optional<std::int64_t> local_minutes(const std::string& zone,
                                                                  WallTime at) const = 0;
};

}  // namespace hotswap
