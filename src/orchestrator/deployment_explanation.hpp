#pragma once
#include "orchestrator/deployment_history.hpp"
#include "orchestrator/explanation_now.hpp"

namespace hotswap {

/// What is known beside the record.
struct ExplanationInput {
  std::vector<std::string> secrets{};  ///< masked in every sentence
  explain::Surroundings around{};
};

/// Why a deployment is where it is, for people: what was planned; per step when it was handed out
/// and the verdict with its figures, the statistic against what is required, and the instances
/// behind it; who pressed what; why it rolled back or paused; what it waits for now, since when,
/// and what would happen next. Pure.
///
/// `{"deployment","configName","version","state","waitsFor","since","next","nextAt",
/// "sentences":[…],"steps":[{"step","percentage","instances","startedAt","verdict"}],
/// "actions":[{"at","by","action","message"}]}`
[[nodiscard]] json::Value make_explanation(const DeploymentHistory& history,
                                           const ExplanationInput& input, WallTime now);

}  // namespace hotswap
