#pragma once
#include "cli/actions.hpp"

namespace hotswap {

/// `migrate`, `backup` and `restore`: one row-copier between whatever databases there are.
[[nodiscard]] cli::MovingVerbs moving_verbs();

}  // namespace hotswap
