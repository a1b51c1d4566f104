#pragma once
#include "perf/support/table.hpp"

namespace hotswap::perf {

struct Limits {
  int profiles = 10'000;  ///< each with 1,000 versions
  int instances = 1'000;  ///< of each deployment
  int deployments = 100;  ///< at the same time
};

/// Lists and reads of a full store beside those of a nearly empty one, over SQLite and, after a
/// move, over PostgreSQL. Adds to `rows` as it goes, so that what was measured is told even if the
/// rest cannot be.
void full_store(const Limits& limits, Rows& rows);
/// Deployments at the same time over three nodes, all to the same instances.
void many_deployments(const Limits& limits, Rows& rows);

}  // namespace hotswap::perf
