#pragma once
// What DeploymentRunner works with.

#include "domain/ports/clock.hpp"
#include "domain/ports/delivery.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/tracer.hpp"
#include "orchestrator/deployment_hooks.hpp"
#include "orchestrator/fleet_service.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

/// All of it outlives the runner.
struct DeploymentRunnerParts {
  Store& store;
  Committer& committer;
  FleetService& fleet;
  VersionCache& versions;
  Delivery& delivery;
  HookCaller& hooks;
  const Clock& clock;
  Logger& logger;
  /// Newest answers of the metrics source; empty: no Query criterion ever has data.
  std::function<Measurements(const DeploymentId&)> measurements{};
  /// CPU time of the calling thread; empty: a deployment may take all that there is.
  std::function<std::chrono::nanoseconds()> thread_cpu{};
  double cpu_share = 0.5;    ///< of one core, for driving one deployment
  Tracer* tracer = nullptr;  ///< null: nobody wants to know
};

}  // namespace hotswap
