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

/// Runs `hotswap` with these arguments in pipes.
[[nodiscard]] CommandResult hotswap(const std::vector<std::string>& arguments);
/// The same against a server, as its admin.
[[nodiscard]] CommandResult hotswap(const Server& server, std::vector<std::string> arguments);

}  // namespace hotswap::e2e
