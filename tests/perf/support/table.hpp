#pragma once
// What a benchmark found: a figure, the yardstick of the same run beside it, and the goal.

#include <optional>
#include <string>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::perf {

/// What a goal speaks of.
enum class Goal { None, ValueAtMost, RatioAtLeast, RatioAtMost };

struct Row {
  std::string bench;  ///< e.g. `fanout`
  std::string what;   ///< the figure in words
  double value = 0;
  std::string unit;
  std::string yardstick{};           ///< in words; empty: none
  std::optional<double> measured{};  ///< the yardstick, same unit
  std::optional<double> ratio{};  ///< value to yardstick; a median of ratios where runs alternate
  Goal goal = Goal::None;
  double bound = 0;

  /// Nothing without a goal.
  [[nodiscard]] std::optional<bool> met() const;
};

using Rows = std::vector<Row>;

[[nodiscard]] std::string table_text(const Rows& rows);
/// A page of its own, a section for each bench.
[[nodiscard]] std::string table_markdown(const std::string& machine, const Rows& rows);
/// {"machine":…,"rows":[…]}
[[nodiscard]] json::Value table_json(const std::string& machine, const Rows& rows);
/// Processor, cores, memory and the load now, in one line.
[[nodiscard]] std::string machine_text();

}  // namespace hotswap::perf
