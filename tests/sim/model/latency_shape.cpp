#include "sim/model/latency_shape.hpp"

#include <algorithm>
#include <cmath>

namespace hotswap::sim {
namespace {

constexpr double kLowest = 3;     ///< milliseconds
constexpr double kGrowth = 1.06;  ///< from bucket to bucket; far finer than any threshold
constexpr int kBuckets = 130;     ///< up to 5.9 s
constexpr double kMedian = 20;
constexpr double kSpread = 0.45;  ///< of the logarithm
constexpr double kTailShare = 0.025;
constexpr double kTailFrom = 60;
constexpr double kTailExponent = 1.8;
/// Fewer requests than that are drawn one by one.
constexpr double kFew = 60;

double below(double milliseconds) {
  const double z = std::log(milliseconds / kMedian) / kSpread;
  const double body = 0.5 * std::erfc(-z / std::sqrt(2.0));
  const double tail =
      milliseconds <= kTailFrom ? 0 : 1 - std::pow(kTailFrom / milliseconds, kTailExponent);
  return (1 - kTailShare) * body + kTailShare * tail;
}

double upper_edge(int bucket) { return kLowest * std::pow(kGrowth, bucket); }

}  // namespace

LatencyShape::LatencyShape() {
  double so_far = 0;
  for (int bucket = 0; bucket < kBuckets; ++bucket) {
    const double up_to = bucket + 1 == kBuckets ? 1 : below(upper_edge(bucket));
    value_.push_back(upper_edge(bucket) / std::sqrt(kGrowth));
    share_.push_back(up_to - so_far);
    cumulative_.push_back(up_to);
    so_far = up_to;
  }
}

const LatencyShape& LatencyShape::typical() {
  static const LatencyShape kShape;
  return kShape;
}

std::uint64_t LatencyShape::draw(Histogram& into, Random& random, double requests,
                                 double factor) const {
  if (requests < kFew) {
    const auto count = random.poisson(requests);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto found = std::ranges::lower_bound(cumulative_, random.uniform());
      const auto bucket = std::min<std::ptrdiff_t>(found - cumulative_.begin(), kBuckets - 1);
      into.record(value_[static_cast<std::size_t>(bucket)] * factor);
    }
    return count;
  }
  std::uint64_t total = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const auto count = random.poisson(requests * share_[bucket]);
    if (count == 0) continue;
    into.record(value_[bucket] * factor, count);
    total += count;
  }
  return total;
}

}  // namespace hotswap::sim
