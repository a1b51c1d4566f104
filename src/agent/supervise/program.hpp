#pragma once
// One run of the supervised program.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "agent/supervise/crash_judge.hpp"
#include "domain/base/error.hpp"

namespace hotswap::agent {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// Starts it in a process group of its own, with our standard streams and no signal blocked. It
/// gets SIGTERM if we die, so that the next agent does not find a second one: call on the main
/// thread. Unavailable `program.failed` with what exec said.
[[nodiscard]] Result<pid_t> start_program(const std::vector<std::string>& command,
                                          const Environment& environment);

/// Waits for everybody who has ended and whom nobody else waits for: the program, and orphans that
/// became ours. How the program ended, if it did.
[[nodiscard]] std::optional<ProgramEnd> reap(pid_t program);

/// From now on orphans of our children become ours, as they become init's.
void adopt_orphans();

}  // namespace hotswap::agent
