#pragma once
#include "cli/actions.hpp"

namespace hotswap {

/// `hotswap agent`: runs until SIGTERM or SIGINT, then leaves the fleet. Invalid `usage` for flags
/// that do not fit.
[[nodiscard]] Result<int> run_agent(const cli::AgentArguments& arguments);

}  // namespace hotswap
