#pragma once
// What a registry of metrics holds at one moment, for whoever writes it down or sends it away.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap {

enum class MetricKind { Counter, Gauge, Histogram };

/// One observation that stands for those of its bucket, and the trace in which it happened.
struct Exemplar {
  std::string trace_id;  ///< 32 hexadecimal digits
  double value = 0;
  WallTime at{};
};

struct MetricPoint {
  MetricLabels labels;
  double value = 0;  ///< of a counter or gauge; of a histogram the sum of what was observed
  /// Of a histogram: observations per bucket (not added up), the last one above all bounds.
  std::vector<std::uint64_t> buckets{};
  std::vector<std::optional<Exemplar>> exemplars{};  ///< as many as buckets
};

struct MetricFamily {
  std::string name;  ///< of a counter with its `_total`
  std::string help;
  MetricKind kind = MetricKind::Counter;
  std::vector<double> bounds{};  ///< of a histogram's buckets, ascending, inclusive
  std::vector<MetricPoint> points{};
};

}  // namespace hotswap
