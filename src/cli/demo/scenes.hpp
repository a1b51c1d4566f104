#pragma once
// The six scenes. Each says what it does and why, plays it through the public API, and checks that
// what it told is what happened.

#include "cli/demo/show.hpp"

namespace hotswap::cli {

/// False when a scene could not be played to its end (the checks say why).
[[nodiscard]] bool play_first_version(Show& show);
[[nodiscard]] bool play_refused_upload(Show& show);
[[nodiscard]] bool play_good_canary(Show& show);
[[nodiscard]] bool play_bad_canary(Show& show);
[[nodiscard]] bool play_blue_green(Show& show);
[[nodiscard]] bool play_rolling(Show& show);

}  // namespace hotswap::cli
