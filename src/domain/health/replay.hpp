#pragma once
// What another policy would have decided on the recorded samples.

#include <optional>
#include <string>
#include <vector>

#include "domain/health/budget.hpp"
#include "domain/health/record.hpp"

namespace hotswap {

struct ReplayLine {
  WallTime at{};
  std::size_t step = 0;
  Judgement judgement;
  BudgetBreach breach = BudgetBreach::None;
  std::string reason;
};

struct Replay {
  std::vector<ReplayLine> lines;  ///< where the outcome of a criterion changed, and the end
  std::optional<WallTime> would_roll_back;  ///< at the first breach of the failing budget
  std::optional<WallTime> would_pause;      ///< of another one, if before that
  std::string reason;                       ///< of the first of both
  std::vector<std::string> notes;  ///< what the records cannot tell: a Query that was not asked, …
};

/// `records` in order, from the start of the deployment.
[[nodiscard]] Replay replay(const HealthPolicy& policy, const std::optional<Baseline>& baseline,
                            const std::vector<HealthRecord>& records);
[[nodiscard]] json::Value to_json(const Replay& replay);

}  // namespace hotswap
