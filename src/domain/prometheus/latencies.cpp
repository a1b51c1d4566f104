#include "domain/prometheus/latencies.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace hotswap::prometheus {
namespace {

constexpr std::uint64_t kPointsPerBucket = 20;
constexpr std::uint64_t kPointsPerSummary = 100;

/// `count` dealt over `points` as evenly as can be: that of one of them.
std::uint64_t share(std::uint64_t count, std::uint64_t points, std::uint64_t point) {
  return count / points + (point < count % points ? 1 : 0);
}

double middle(std::uint64_t point, std::uint64_t points) {
  return (static_cast<double>(point) + 0.5) / static_cast<double>(points);
}

double value_at(const std::map<double, double>& quantiles, double q) {
  const auto above = quantiles.lower_bound(q);
  if (above == quantiles.end()) return std::prev(above)->second;
  if (above == quantiles.begin()) return above->second;
  const auto below = std::prev(above);
  const double part = (q - below->first) / (above->first - below->first);
  return below->second + (above->second - below->second) * part;
}

}  // namespace

void spread_buckets(const std::map<double, double>& cumulative, Latencies& latencies) {
  std::optional<double> low;
  double before = 0;
  for (const auto& [bound, total] : cumulative) {
    const auto count = static_cast<std::uint64_t>(std::llround(std::max(0.0, total - before)));
    before = std::max(before, total);
    if (!std::isfinite(bound)) {
      if (count > 0 && low) latencies.emplace_back(*low, count);
      return;
    }
    const double from = std::max(0.0, low.value_or(0));
    const double width = std::max(0.0, bound) - from;
    const auto points = std::min(count, kPointsPerBucket);
    for (std::uint64_t point = 0; point < points; ++point)
      latencies.emplace_back(from + width * middle(point, points), share(count, points, point));
    low = std::max(0.0, bound);
  }
}

void spread_quantiles(const std::map<double, double>& quantiles, std::uint64_t count,
                      Latencies& latencies) {
  if (quantiles.empty()) return;
  const auto points = std::min(count, kPointsPerSummary);
  for (std::uint64_t point = 0; point < points; ++point)
    latencies.emplace_back(std::max(0.0, value_at(quantiles, middle(point, points))),
                           share(count, points, point));
}

}  // namespace hotswap::prometheus
