#pragma once
#include <cstdint>
#include <string>

#include "domain/health/custom_metrics.hpp"
#include "domain/health/histogram.hpp"

namespace hotswap {

/// What one instance (or a sum of instances) measured over a span of time.
struct Sample {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  ///< ≤ requests
  Histogram latency;         ///< of requests, milliseconds
  std::uint64_t checks = 0;  ///< health checks made
  std::uint64_t failed_checks = 0;
  using Custom = CustomValues;
  CustomMetrics custom;

  void add(const Sample& other);
  /// All but the latencies: for those who add these up by a HistogramSum.
  void add_counts(const Sample& other);
  [[nodiscard]] bool empty() const;
  bool operator==(const Sample&) const = default;
};

/// `{"requests":…,"errors":…,"latency":{histogram or p50/p95/p99},"checks":…,"failedChecks":…,
/// "custom":{"queueDepth":3.5}}`. Negative, NaN, errors > requests: Invalid `metrics.invalid`.
/// p50/p95/p99 (milliseconds) are spread into a histogram of `requests` values.
[[nodiscard]] Result<Sample> sample_from_json(const json::Value& value, const std::string& path);
/// Stored form: custom as {"name":{"sum":…,"count":…}}, accepted by sample_from_json as well.
[[nodiscard]] json::Value to_json(const Sample& sample);

}  // namespace hotswap
