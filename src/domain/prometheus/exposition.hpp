#pragma once
// Prometheus' text format 0.0.4, and what OpenMetrics adds to it (exemplars, `# EOF`), read line by
// line: a line that cannot be read is told and has no effect.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap::prometheus {

using Labels = std::map<std::string, std::string>;

struct Series {
  std::string name;
  Labels labels;
  double value = 0;  ///< finite
};

struct BadLine {
  std::size_t line = 0;  ///< from 1
  std::string reason;
};

struct Exposition {
  std::vector<Series> series;
  std::map<std::string, std::string> types;  ///< by family: `counter`, `gauge`, …
  std::vector<BadLine> bad;                  ///< the first few
  std::size_t bad_lines = 0;
};

inline constexpr std::size_t kSeries = 20'000;  ///< wanted ones in one exposition
inline constexpr std::size_t kBadLinesKept = 20;

/// Series whose name is not `wanted` are not even parsed. A NaN is a bad line, but for quantiles:
/// a summary without observations has them.
[[nodiscard]] Exposition parse_exposition(std::string_view text,
                                          const std::function<bool(std::string_view)>& wanted);

}  // namespace hotswap::prometheus
