#pragma once
#include "cli/demo/world.hpp"
#include "cli/session.hpp"

namespace hotswap::cli {

struct DemoOptions {
  WorldOptions world;
  bool once = false;  ///< end after the scenes
};

/// Plays the demo. Ok only if everything was observed as told; with `once` unset it then stays up
/// until Ctrl-C.
[[nodiscard]] Outcome run_demo(Session& session, const DemoOptions& options);

}  // namespace hotswap::cli
