#pragma once
// Whose health is judged, and against whom: cut out of a deployment and the fleet.

#include "domain/rollout/deployment.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

/// Where a deployment stands while its health is looked at.
struct Sight {
  Cohorts cohorts;
  Situation situation;
  std::size_t step = 0;
  std::string phase;       ///< as to_string(Phase), or `RollingBack`
  bool verifying = false;  ///< the rollback's success, not the version
};

/// Whether somebody's health decides anything now; cheap.
[[nodiscard]] bool is_judged(const Deployment& deployment);
/// Whether a decision waits for a look, be it that no data comes; cheap.
[[nodiscard]] bool awaits_judgement(const Deployment& deployment);
/// Treated: who runs the version, or, while a rollback is verified, who runs the previous one
/// again. Control: who was not told of the version. Only if is_judged().
[[nodiscard]] Sight sight_of(const Deployment& deployment, const FleetService& fleet, WallTime now);

/// What the targets measured in the longest window (five minutes at least) before `now`.
[[nodiscard]] std::optional<Baseline> baseline_of(const Deployment& deployment,
                                                  const FleetService& fleet, WallTime now);

}  // namespace hotswap
