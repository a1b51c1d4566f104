#pragma once
#include <functional>

#include "app/settings.hpp"
#include "cli/actions.hpp"

namespace hotswap {

/// The `server` verb: flags from the table of settings, `serve` with what was set. Settings that do
/// not fit are told before anything starts (exit 2).
[[nodiscard]] cli::ServerVerb server_verb(std::function<int(const Settings&)> serve);

}  // namespace hotswap
