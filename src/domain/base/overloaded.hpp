#pragma once

namespace hotswap {

/// One visitor of several lambdas. Without a catch-all, a new alternative of the variant fails to
/// compile wherever it is visited.
template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace hotswap
