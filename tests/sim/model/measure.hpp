#pragma once
// Many deployments of one scenario under one judge, and what can be said of them.

#include <optional>
#include <vector>

#include "sim/model/rollout.hpp"

namespace hotswap::sim {

struct Tally {
  std::size_t runs = 0;
  std::size_t blamed = 0;             ///< rolled back without a fault, or before it
  std::size_t detected = 0;           ///< rolled back for it
  std::size_t paused = 0;             ///< a person was asked
  std::vector<double> after;          ///< seconds to detection, ascending
  std::vector<std::string> examples;  ///< why it rolled back; the first few
  /// Seconds until `share` of all runs were detected; nothing if fewer ever were.
  [[nodiscard]] std::optional<double> detected_within(double share) const;
  [[nodiscard]] std::size_t missed() const { return runs - blamed - detected - paused; }
  void add_counts(const Tally& other);
};

/// Seeds `first_seed`… on as many threads as there are cores; the result does not depend on them.
[[nodiscard]] Tally measure(const Scenario& scenario, Judge judge, std::size_t runs,
                            std::uint64_t first_seed);

/// Clopper–Pearson, 95 %.
struct Interval {
  double lower = 0, upper = 1;
};
[[nodiscard]] Interval proportion_interval(std::size_t hits, std::size_t total);

}  // namespace hotswap::sim
