#pragma once
#include "agent/sidecar.hpp"
#include "agent/traffic_follower.hpp"
#include "cli/actions.hpp"

namespace hotswap {

/// What `hotswap agent` is asked to do.
struct AgentPlan {
  std::string service, environment;
  std::optional<agent::SidecarOptions> instance{};
  std::optional<agent::TrafficFollowerOptions> traffic{};
};

/// Invalid `usage` with every bad flag as a field.
[[nodiscard]] Result<AgentPlan> agent_plan(cli::AgentArguments arguments);

}  // namespace hotswap
