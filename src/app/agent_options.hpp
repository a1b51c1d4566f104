#pragma once
#include "agent/agent.hpp"
#include "agent/traffic_follower.hpp"
#include "cli/actions.hpp"

namespace hotswap {

/// What `hotswap agent` is asked to do.
struct AgentPlan {
  std::optional<agent::AgentOptions> instance;
  std::optional<agent::TrafficFollowerOptions> traffic;
};

/// Invalid `usage` with every bad flag as a field.
[[nodiscard]] Result<AgentPlan> agent_plan(const cli::AgentArguments& arguments);

}  // namespace hotswap
