#pragma once
// Headers and calls that belong to one place only.

#include "tidy/rules/source.hpp"

namespace hotswap::tidy {

/// Driver headers outside the folder that owns the driver.
[[nodiscard]] Findings check_banned_headers(const Source& source);

/// Ambient time, sleep, randomness, environment, console and hand-made memory.
[[nodiscard]] Findings check_banned_calls(const Source& source);

}  // namespace hotswap::tidy
