#pragma once
// The tables of docs/health.md, as Markdown.

#include "sim/model/measure.hpp"

namespace hotswap::sim {

struct Row {
  std::string scenario;
  std::vector<Tally> judges;  ///< in the order of kJudges
};

/// False rollbacks per 10,000 healthy deployments with their 95 % interval, and pauses.
[[nodiscard]] std::string healthy_table(const std::vector<Row>& rows);
/// Seconds to detection, median / p90 / p99 of all deployments, and the share never detected.
[[nodiscard]] std::string faulty_table(const std::vector<Row>& rows);
[[nodiscard]] std::string healthy_row(const Row& row);
[[nodiscard]] std::string faulty_row(const Row& row);

}  // namespace hotswap::sim
