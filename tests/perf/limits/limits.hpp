#pragma once
#include "perf/support/table.hpp"

namespace hotswap::perf {

struct Limits {
  int profiles = 10'000;  ///< each with 1,000 versions
  int instances = 1'000;  ///< of each deployment
  int deployments = 100;  ///< at the same time
};

/// Lists and reads of a full store beside those of a nearly empty one, over SQLite and, after a
/// move, over PostgreSQL.
[[nodiscard]] Rows full_store(const Limits& limits);
/// Deployments at the same time over three nodes, all to the same instances.
[[nodiscard]] Rows many_deployments(const Limits& limits);

}  // namespace hotswap::perf
