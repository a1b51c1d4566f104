#pragma once
// How long requests take: a lognormal body (median 20 ms) and, for one in forty, a Pareto tail
// without a second moment (from 60 ms, exponent 1.8). Drawn bucket by bucket, not request by
// request: the counts of the buckets of a Poisson number of requests are independent Poissons.

#include <vector>

#include "domain/health/histogram.hpp"
#include "sim/model/random.hpp"

namespace hotswap::sim {

class LatencyShape {
 public:
  LatencyShape();
  static const LatencyShape& typical();

  /// Adds the latencies of a Poisson number (mean `requests`) of requests, all of them `factor`
  /// times as slow as usual, and returns that number.
  std::uint64_t draw(Histogram& into, Random& random, double requests, double factor) const;

 private:
  std::vector<double> value_;       ///< milliseconds, by bucket
  std::vector<double> share_;       ///< of requests, by bucket
  std::vector<double> cumulative_;  ///< up to and including the bucket
};

}  // namespace hotswap::sim
