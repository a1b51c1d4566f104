#pragma once
// Cuts the samples that the judge needs out of the fleet's windows.

#include "domain/rollout/deployment.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

/// One Evidence per criterion of the deployment's health policy, in its order.
[[nodiscard]] std::vector<Evidence> gather_evidence(const Deployment& deployment,
                                                    const FleetService& fleet, WallTime now);

/// What the targets measured in the longest window before `now`; nothing if they had no traffic.
[[nodiscard]] std::optional<Sample> gather_baseline(const Deployment& deployment,
                                                    const FleetService& fleet, WallTime now);

}  // namespace hotswap
