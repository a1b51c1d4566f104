#pragma once
#include "cli/actions.hpp"

namespace hotswap::cli {

/// The whole command line: parses, does what was asked, returns the exit code (see exit_code.hpp).
[[nodiscard]] int run(int argc, char** argv, const Actions& actions);

}  // namespace hotswap::cli
