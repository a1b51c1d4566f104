#pragma once
#include "domain/ports/metrics.hpp"
#include "orchestrator/deployment_runner.hpp"

namespace hotswap {

/// The last verdicts of the deployments that have not ended, as gauges by profile and criterion:
/// `hotswap_health_verdict` (0 pass, 1 inconclusive, 2 fail), `hotswap_health_value` and
/// `hotswap_health_baseline` where there are figures. Those of ended ones are gone.
void publish_health(const std::vector<DeploymentRunner::Health>& health, Metrics& metrics);

}  // namespace hotswap
