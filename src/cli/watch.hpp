#pragma once
#include "cli/session.hpp"

namespace hotswap::cli {

/// Shows a deployment until it is over: live on a terminal, line by line elsewhere, with -o json
/// one event per line. Ok when it succeeded, RolloutFailed otherwise. Outlives a server's restart.
[[nodiscard]] Outcome watch_deployment(Session& session, const std::string& id);

}  // namespace hotswap::cli
