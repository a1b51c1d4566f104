#pragma once
// One deployment in the runner's hands. Internal to deployment_runner.cpp and
// deployment_driving.cpp.

#include "orchestrator/deployment_runner.hpp"

namespace hotswap {

/// A store that failed is asked again after this long.
inline constexpr Duration kStoreRetry = std::chrono::seconds(1);

struct DeploymentRunner::Entry {
  std::mutex mutex;  ///< one thread at a time decides; guards the next four
  Deployment deployment;
  bool retired = false;  ///< ended and taken out: whoever waited for it looks it up anew
  WallTime judged_at{};
  bool judge_wanted = false;  ///< data came too soon after the last look

  // Guarded by the runner's mutex.
  std::vector<TargetReport> reports;
  std::vector<InstanceId> vanished;
  bool health = false;
  bool busy = false;
  std::optional<WallTime> due;
  bool waiting = false;  ///< for the store to come back: nothing is tried before `due`
  DeploymentId id;
  ProfileName profile;
  ServiceName service;
  std::string environment;

  [[nodiscard]] bool pending() const {
    return !waiting && (!reports.empty() || !vanished.empty() || health);
  }
};

}  // namespace hotswap
