#pragma once
#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap::agent {

/// Runs a line of the shell and waits for its end. Errors: Unavailable `command.failed` with the
/// exit code and the end of what it wrote; Timeout `command.timeout`: it and all that it started
/// were killed.
[[nodiscard]] Result<void> run_command(const std::string& line, Duration timeout);

}  // namespace hotswap::agent
