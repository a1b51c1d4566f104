#pragma once
// All that is on record of one deployment, read once for a report, an explanation or a replay.

#include <map>
#include <string>
#include <vector>

#include "domain/rollout/deployment.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

/// How a target failed; after a rollback its own state no longer tells.
struct Mishap {
  TargetState state = TargetState::Failed;  ///< Rejected, Failed or Unreachable
  std::string reason;
};

struct DeploymentHistory {
  Deployment deployment;
  std::vector<TimelineEvent> events;         ///< ascending; at most limits::kEventBacklog
  std::vector<HealthRecord> records;         ///< ascending; at most kRecords
  std::map<InstanceId, Instance> instances;  ///< those still registered
  bool complete = true;                      ///< nothing was cut at a limit
  static constexpr std::size_t kRecords = 5000;

  /// Host name, or the start of the id of one that is gone.
  [[nodiscard]] std::string name_of(const InstanceId& id) const;
  /// A sentence with host names in the place of ids.
  [[nodiscard]] std::string named(std::string_view text) const;
  /// The last one of each target, by the timeline.
  [[nodiscard]] std::map<InstanceId, Mishap> mishaps() const;
  [[nodiscard]] const TimelineEvent* first(std::string_view kind) const;
};

/// NotFound `deployment.not_found`.
[[nodiscard]] Result<DeploymentHistory> load_history(Store& store, const FleetService& fleet,
                                                     const DeploymentId& id);

}  // namespace hotswap
