#pragma once
#include "orchestrator/deployment_history.hpp"

namespace hotswap {

/// Why it was decided so, for people: what was planned; per step when it was handed out and the
/// verdict with its figures, the statistic against what is required, and the instances behind it;
/// who pressed what; why it rolled back, paused, or waits now and for what. `secrets` are masked in
/// every sentence. Pure.
///
/// `{"deployment","state","waitsFor","sentences":[…],"steps":[{"step","percentage","instances",
/// "startedAt","verdict","criteria":[…]}],"actions":[{"at","by","action","message"}]}`
[[nodiscard]] json::Value make_explanation(const DeploymentHistory& history,
                                           const std::vector<std::string>& secrets, WallTime now);

}  // namespace hotswap
