#pragma once
// What was measured, over time, as a report draws it. Pure.

#include <optional>
#include <string>
#include <vector>

#include "domain/health/record.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap {

struct Chart {
  struct Point {
    WallTime at{};  ///< start of its slice of time
    std::optional<double> treated, control;
  };
  std::string criterion, title;
  std::string unit;  ///< `%`, `ms` or empty
  std::optional<double> baseline;
  std::optional<double> threshold;  ///< beyond which the effect counts
  bool below = false;               ///< the threshold is a lower bound
  std::vector<Point> points;        ///< ascending, at most kPoints
  static constexpr std::size_t kPoints = 120;
};

/// One per criterion that was measured, in the policy's order.
[[nodiscard]] std::vector<Chart> charts_of(const Deployment& deployment,
                                           const std::vector<HealthRecord>& records);
/// `{"criterion","title","unit","baseline","threshold","below","points":[{"at","treated",
/// "control"}]}`
[[nodiscard]] json::Value to_json(const Chart& chart);

}  // namespace hotswap
