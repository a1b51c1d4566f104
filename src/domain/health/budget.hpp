#pragma once
// Failing, inconclusive and erroring measurements are counted apart, each with a limit of its own,
// so that "no traffic yet" does not eat the error budget, nor a source that is down.

#include <cstdint>
#include <map>
#include <string>

#include "domain/health/judge.hpp"

namespace hotswap {

struct Tally {
  std::uint32_t failing = 0;
  std::uint32_t inconclusive = 0;
  std::uint32_t erroring = 0;  ///< in a row
  WallTime counted{};          ///< the last one
  bool operator==(const Tally&) const = default;
};
using Tallies = std::map<std::string, Tally>;  ///< by criterion

enum class BudgetBreach { None, Failing, Inconclusive, Erroring };

/// Counts the verdicts of one judgement, at most one per criterion and interval (a Fail of a
/// criterion that tolerates none counts at once; an error after a third of the interval). Dry-run
/// criteria count nothing. The worst breach, and which criteria it names, as one sentence.
struct Counted {
  BudgetBreach breach = BudgetBreach::None;
  std::string reason;
};
[[nodiscard]] Counted count_judgement(Tallies& tallies, const HealthPolicy& policy,
                                      const Judgement& judgement, WallTime now);

[[nodiscard]] json::Value to_json(const Tallies& tallies);
[[nodiscard]] Result<Tallies> tallies_from_json(const json::Value& value);

}  // namespace hotswap
