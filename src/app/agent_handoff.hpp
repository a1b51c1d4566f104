#pragma once
// The flags of the agent that say how the configuration reaches the program.

#include "agent/sidecar.hpp"
#include "cli/actions.hpp"

namespace hotswap {

/// Fills everything of `options` but its agent; what is wrong is added to `mistakes`.
void read_handoff(const cli::AgentArguments& arguments, agent::SidecarOptions& options,
                  std::vector<FieldError>& mistakes);

/// What the file of --agent-config says, where no flag says otherwise. Errors: Malformed and
/// Invalid with file and place.
[[nodiscard]] Result<void> merge_agent_config(cli::AgentArguments& arguments);

}  // namespace hotswap
