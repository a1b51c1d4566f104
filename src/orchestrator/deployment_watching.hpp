#pragma once
// What is told of deployments' decisions, for metrics.

#include <functional>
#include <vector>

#include "domain/rollout/deployment.hpp"

namespace hotswap {

/// A decision that this node has saved.
struct SavedDecision {
  const Deployment &before, &now;
  const std::vector<std::size_t>& changed;  ///< targets, by their place in `now`
  bool by_person = false;
};

/// Both are called once each, on the deciding thread, and must not block.
struct DeploymentWatching {
  std::function<void(const SavedDecision&)> saved;
  std::function<void(const Judgement&)> judged;
};

}  // namespace hotswap
