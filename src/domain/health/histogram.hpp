#pragma once
// Mergeable latency histogram with logarithmic buckets: quantiles within 1 % of the true value, and
// the fleet's p99 is the p99 of the merged histogram.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

class Histogram {
 public:
  /// Relative error of a quantile.
  static constexpr double kAccuracy = 0.01;

  /// Milliseconds; values ≤ 1 µs fall into the lowest bucket, NaN and negatives are ignored.
  void record(double milliseconds, std::uint64_t count = 1);
  void merge(const Histogram& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Milliseconds at quantile q in [0, 1]; nothing if empty.
  [[nodiscard]] std::optional<double> quantile(double q) const;
  /// How many recorded values are above `milliseconds` (bucket resolution).
  [[nodiscard]] std::uint64_t count_above(double milliseconds) const;
  bool operator==(const Histogram&) const = default;

  /// `{"scheme":"log-1%","buckets":[[index,count],…]}` with ascending indexes.
  [[nodiscard]] json::Value to_json() const;
  /// Too many buckets, counts beyond all use, other schemes: Invalid `metrics.invalid`.
  [[nodiscard]] static Result<Histogram> from_json(const json::Value& value,
                                                   const std::string& path);

 private:
  friend class HistogramSum;
  void add_at(std::uint64_t place, std::uint64_t count);

  /// Ascending; the bucket's place in the upper 12 bits, its count (never 0) in the lower 52: the
  /// judge reads hundreds of thousands of them at a look.
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
};

/// Adds up many histograms faster than merge() does: one array of every bucket there is.
class HistogramSum {
 public:
  void add(const Histogram& histogram);
  void add(const HistogramSum& other);
  void clear();
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Histogram total() const;

 private:
  std::vector<std::uint64_t> counts_;  ///< by place; empty before the first
  std::uint64_t count_ = 0;
};

}  // namespace hotswap
