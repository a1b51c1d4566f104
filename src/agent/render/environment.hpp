#pragma once
#include "agent/render/format.hpp"

namespace hotswap::agent {

/// variables_of() with a prefix, for the environment of a program. Invalid `render.impossible` also
/// for names that decide what a program executes (PATH, LD_PRELOAD, NODE_OPTIONS, …): who writes
/// configurations must not choose that.
[[nodiscard]] Result<Variables> environment_of(const json::Value& document,
                                               std::string_view prefix);

}  // namespace hotswap::agent
