#pragma once
// Commands that an operator gave: checks and reloads.

#include <string>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap::agent {

struct Command {
  std::string line;  ///< for `sh -c`
  Duration timeout = std::chrono::seconds(10);
  std::vector<std::pair<std::string, std::string>> environment{};  ///< added to our own
};

/// Runs a line of the shell and waits for its end. Errors: Unavailable `command.failed` with the
/// exit code or signal and the end of what it wrote; Timeout `command.timeout`: it and all that it
/// started were killed.
[[nodiscard]] Result<void> run_command(const Command& command);
[[nodiscard]] inline Result<void> run_command(const std::string& line, Duration timeout) {
  return run_command({.line = line, .timeout = timeout});
}

/// Our own environment with `added` in it, as exec wants it; the token, by which we speak to the
/// server, is nobody else's.
[[nodiscard]] std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added);
/// Pointers into `texts` and a null, as exec wants them.
[[nodiscard]] std::vector<char*> pointers(std::vector<std::string>& texts);

}  // namespace hotswap::agent
