#pragma once
#include "app/settings.hpp"
#include "cli/actions.hpp"

namespace hotswap {

/// Serves until SIGTERM or SIGINT, then drains. 0, or the exit code of what hindered the start.
[[nodiscard]] int serve(const Settings& settings);

/// What the command line needs beyond the HTTP API.
[[nodiscard]] cli::Actions actions();

}  // namespace hotswap
