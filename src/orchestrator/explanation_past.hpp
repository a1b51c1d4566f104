#pragma once
#include "orchestrator/deployment_history.hpp"

namespace hotswap::explain {

/// What happened so far: what was planned, per step when it was handed out and its verdict with
/// figures, who failed, who pressed what.
struct Past {
  std::vector<std::string> sentences;
  bool health_told = false;  ///< among them how health of the step under way is
  json::Array steps;         ///< `{"step","percentage","instances","startedAt","verdict"}`
  json::Array actions;       ///< `{"at","by","action","message"}`
};
[[nodiscard]] Past past_of(const DeploymentHistory& history);

}  // namespace hotswap::explain
