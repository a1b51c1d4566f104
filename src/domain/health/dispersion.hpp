#pragma once
// How much more counts vary than those of independent requests would: bursts, retries, differences
// of minutes. Pearson's statistic per degree of freedom. Internal to domain/health.

#include <functional>
#include <span>
#include <vector>

#include "domain/health/judge.hpp"
#include "domain/health/windows.hpp"

namespace hotswap::health {

/// `bad` of `total`; for means the sum of `total` values.
struct Counts {
  double total = 0;
  double bad = 0;
  Counts& operator+=(const Counts& other) {
    total += other.total;
    bad += other.bad;
    return *this;
  }
  [[nodiscard]] double share() const { return total > 0 ? bad / total : 0; }
};

/// What one slot of one instance counted.
struct Cell {
  WallTime at;
  Counts counts;
  WallTime until = at;  ///< its last sample
};

/// Gathers instances one by one.
class Dispersion {
 public:
  /// Cells of one instance in ascending time; `scale` of them are taken together.
  void add(std::span<const Cell> cells, std::size_t scale = 1);
  [[nodiscard]] double freedom() const { return freedom_; }
  /// At least 1, drawn towards 1 where little was seen.
  [[nodiscard]] double value() const;

 private:
  double squares_ = 0;
  double expected_ = 0;
  double freedom_ = 0;
};

/// The largest dispersion over several scales of time, so that errors in a row are seen as such.
[[nodiscard]] double dispersion_of(const std::vector<std::vector<Cell>>& instances);
/// Of the sums of all instances over time.
[[nodiscard]] double shock_of(const std::vector<std::vector<Cell>>& instances);
/// How the first and the last slot of a trouble count: as much as they were bad (errors), or whole
/// (latency: a few slow requests make the p99 of a slot slow).
enum class Edges { InPart, Whole };
/// The longest stretch of time in which one instance was worse than itself by more than `apart`.
[[nodiscard]] Duration longest_trouble(const std::vector<std::vector<Cell>>& instances,
                                       double apart, Edges edges);
/// Of means: against the spread of single values.
[[nodiscard]] double dispersion_of_means(
    const std::vector<std::span<const HealthWindows::Slot>>& instances, const std::string& metric);

/// The better half of the time of these cells (in ascending time); nothing if there is no half.
/// `worse` orders shares: the greater is the worse one, or the smaller.
[[nodiscard]] std::optional<Counts> calm_half(std::span<const Cell> cells, double enough,
                                              Direction worse);

}  // namespace hotswap::health
