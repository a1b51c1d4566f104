#pragma once
#include "domain/ports/time_zones.hpp"

namespace hotswap::testing {

/// Two zones: UTC, and Test/East, whose clocks are two hours ahead.
class FakeTimeZones : public TimeZones {
 public:
  [[nodiscard]] std::optional<std::int64_t> local_minutes(const std::string& zone,
                                                          WallTime at) const override {
    if (zone != "UTC" && zone != "Test/East") return std::nullopt;
    const auto utc = std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
    return zone == "UTC" ? utc : utc + 120;
  }
};

}  // namespace hotswap::testing
