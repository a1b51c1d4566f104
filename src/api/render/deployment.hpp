#pragma once
#include "domain/json/value.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap::api {

/// How much of a deployment a view shows: lists leave out its targets.
enum class DeploymentDetail {
  Summary,
  Counts,  ///< of the targets; all else
  Full
};

[[nodiscard]] json::Object deployment_json(const Deployment& deployment, DeploymentDetail detail);
/// Steps with cohort, exposure and delivery spread, and how long it takes at least.
[[nodiscard]] json::Value plan_json(const Plan& plan, std::size_t targets);

}  // namespace hotswap::api
