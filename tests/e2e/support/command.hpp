#pragma once
// The command line as a person or a script runs it.

#include <string>
#include <vector>

#include "e2e/support/server.hpp"

namespace hotswap::e2e {

struct CommandResult {
  int code = -1;
  std::string out;
  std::string err;
};

/// What a command finds beside its arguments.
struct Surroundings {
  std::vector<std::pair<std::string, std::string>> environment{};
  std::string input{};  ///< standard input
};

/// Runs a program in pipes; nothing of the tester's own contexts and variables reaches it.
[[nodiscard]] CommandResult run_program(const std::vector<std::string>& command,
                                        const Surroundings& with = {});
/// Runs `hotswap` with these arguments in pipes.
[[nodiscard]] CommandResult hotswap(const std::vector<std::string>& arguments,
                                    const Surroundings& with = {});
/// The same against a server, as its admin.
[[nodiscard]] CommandResult hotswap(const Server& server, std::vector<std::string> arguments);

}  // namespace hotswap::e2e
