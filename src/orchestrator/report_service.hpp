#pragma once
// What people ask when a deployment is over, or does not go on: what happened (report), why it was
// decided so (explanation), and what another policy would have decided (replay).

#include <functional>

#include "domain/calendar/calendar.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/deployment_history.hpp"
#include "orchestrator/explanation_now.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

class ReportService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    FleetService& fleet;
    VersionCache& versions;
    const Clock& clock;
    /// What the calendar says of a start now; empty: explanations do not speak of it.
    std::function<Result<Permission>(const Profile&)> calendar{};
  };
  explicit ReportService(const Parts& parts) : parts_(parts) {}

  /// rollout.md's report: who, evidence with the charts' data, the rollback's six steps, affected
  /// instances and how each failed, what they logged, suspects ranked, timeline. Secrets are masked
  /// everywhere. NotFound `deployment.not_found`.
  [[nodiscard]] Result<json::Value> report(const Caller& caller, const DeploymentId& id);
  /// As make_explanation() writes it.
  [[nodiscard]] Result<json::Value> explanation(const Caller& caller, const DeploymentId& id);
  /// What `health` would have decided on the recorded samples, beside what happened. Conflict
  /// `replay.no_records` when nothing was recorded.
  [[nodiscard]] Result<json::Value> replay(const Caller& caller, const DeploymentId& id,
                                           const HealthPolicy& health);

 private:
  [[nodiscard]] explain::Surroundings around(const Deployment& deployment);
  [[nodiscard]] Result<DeploymentHistory> history(const Caller& caller, const DeploymentId& id);

  const Parts parts_;
};

}  // namespace hotswap
