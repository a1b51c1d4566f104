#pragma once
// What happens to configurations, as metrics: what is created, checked, deployed, rolled back and
// swapped to. Each thing is counted by the node that did it, once, after it was saved.

#include <chrono>
#include <set>

#include "domain/ports/metrics.hpp"
#include "orchestrator/config_service.hpp"
#include "orchestrator/deployment_runner.hpp"
#include "orchestrator/profile_label.hpp"

namespace hotswap {

class ConfigMeters {
 public:
  /// `metrics` must outlive this.
  explicit ConfigMeters(Metrics& metrics);

  // From any thread; none of them blocks.
  void happened(const TimelineEvent& event);
  void saved(const SavedDecision& saved);
  void judged(const Judgement& judgement);
  void checked(const ConfigService::Checked& checked);
  void observed(const Observation& seen);
  /// Gauges of what there is, for a scrape.
  void show(const StoreFigures& figures, WallTime now);
  void show(const InstanceCensus& census);
  /// Those that are driven here.
  void show(const std::vector<DeploymentPtr>& deployments, WallTime now);

 private:
  void ended(const Deployment& before, const Deployment& now, const char* outcome);
  void rolled_back(const SavedDecision& saved);
  void reached(const SavedDecision& saved);

  Metrics& metrics_;
  ProfileLabel profiles_, services_;
  Counter& created_;
  Gauge &active_, &profiles_stored_, &outbox_, &outbox_age_, &dead_;
  Mutex mutex_;
  /// Deployments that had succeeded before they were rolled back; what they took is no measure.
  std::set<DeploymentId> reverted_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
