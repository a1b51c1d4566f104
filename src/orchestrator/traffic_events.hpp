#pragma once
// How timeline and audit speak of traffic.

#include <string>

#include "domain/audit/entry.hpp"
#include "domain/traffic/traffic.hpp"

namespace hotswap {

/// `payment-service in Production`
[[nodiscard]] std::string traffic_name(const Traffic& traffic);
/// `services/payment-service/Production/traffic`
[[nodiscard]] std::string traffic_resource(const Traffic& traffic);
/// Its data names service, environment, pool and generation.
[[nodiscard]] TimelineEvent traffic_event(const Traffic& traffic, std::string kind,
                                          std::string actor, std::string message, WallTime at);

}  // namespace hotswap
