#pragma once
// What a Prometheus histogram or summary says of single requests, as values that a histogram of
// ours can take.

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace hotswap::prometheus {

using Latencies = std::vector<std::pair<double, std::uint64_t>>;  ///< value, how many

/// `cumulative`: by upper bound, `le`, how many requests were at most that long; infinity is the
/// last. The requests of a bucket are spread over it evenly, from its lower to its upper bound, as
/// histogram_quantile() takes them to lie; those above the last finite bound are put there. A count
/// below that of a smaller bound is taken to be that.
void spread_buckets(const std::map<double, double>& cumulative, Latencies& latencies);

/// `quantiles`: value by quantile in [0, 1]. `count` requests that have these quantiles: straight
/// lines between them, level before the first and behind the last.
void spread_quantiles(const std::map<double, double>& quantiles, std::uint64_t count,
                      Latencies& latencies);

}  // namespace hotswap::prometheus
