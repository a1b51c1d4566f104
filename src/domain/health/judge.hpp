#pragma once
// judge(): is the treated cohort worse than it was before, and worse than those left untreated?
// Pure: samples in, verdicts with evidence out. A threshold crossed without enough evidence is
// Inconclusive, never Fail.

#include <optional>
#include <string>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/health/sample.hpp"

namespace hotswap {

enum class CriterionKind { ErrorRate, LatencyP99, HealthChecks, Custom };
enum class Direction { Increase, Decrease };  ///< which way is bad
enum class OnNoData { Wait, Pass, Fail };

struct Criterion {
  std::string name;  ///< unique in a policy, e.g. `error-rate`
  CriterionKind kind = CriterionKind::ErrorRate;
  /// ErrorRate: percentage points above baseline (5). LatencyP99: percent above baseline (50).
  /// HealthChecks: percent of checks that fail (10). Custom: percent of change against baseline in
  /// the bad direction, or the absolute bound if `absolute`.
  double threshold = 5;
  Duration window = std::chrono::minutes(5);
  std::string metric;  ///< Custom only
  Direction direction = Direction::Increase;
  bool absolute = false;
  bool dry_run = false;  ///< measured and reported, decides nothing
  OnNoData on_no_data = OnNoData::Wait;
  bool operator==(const Criterion&) const = default;
};

struct HealthPolicy {
  std::vector<Criterion> criteria;  ///< default_criteria() if the profile names none
  std::uint64_t min_samples = 50;   ///< requests of the treated cohort before a Fail is possible
  std::uint64_t min_checks = 5;
  Duration no_data_timeout = std::chrono::minutes(10);
  bool operator==(const HealthPolicy&) const = default;
};
[[nodiscard]] std::vector<Criterion> default_criteria();

enum class Outcome { Pass, Fail, Inconclusive };

struct CriterionVerdict {
  std::string criterion;
  Outcome outcome = Outcome::Inconclusive;
  bool dry_run = false;
  bool no_data = false;
  std::optional<double> value;         ///< treated cohort, in the criterion's unit
  std::optional<double> baseline;      ///< the stricter comparison that was used
  std::optional<double> lower, upper;  ///< interval of the difference or value, same unit
  double threshold = 0;
  std::uint64_t samples = 0;
  std::string explanation;  ///< one sentence for people with the figures
  bool operator==(const CriterionVerdict&) const = default;
};

struct Judgement {
  Outcome overall = Outcome::Inconclusive;  ///< worst of the criteria that decide
  std::vector<CriterionVerdict> verdicts;
  bool operator==(const Judgement&) const = default;
};

/// Samples to judge on, per criterion window already cut by the caller.
struct Evidence {
  Sample treated;                  ///< treated cohort since it was treated, within the window
  std::optional<Sample> baseline;  ///< the same instances before the deployment
  std::optional<Sample> control;   ///< untreated instances in the same minutes
};

/// One Evidence per criterion, same order as policy.criteria. `waited`: how long evidence has been
/// gathered, for noDataTimeout. Fail only when the lower bound of an always-valid interval
/// (may be looked at after every heartbeat) clears the threshold against baseline AND control.
[[nodiscard]] Judgement judge(const HealthPolicy& policy, const std::vector<Evidence>& evidence,
                              Duration waited);

[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] json::Value to_json(const HealthPolicy& policy);
/// Empty object = defaults. A criterion without a threshold or, for custom, a metric is refused.
[[nodiscard]] Result<HealthPolicy> health_policy_from_json(const json::Value& value,
                                                           const std::string& path);
[[nodiscard]] json::Value to_json(const Judgement& judgement);
[[nodiscard]] Result<Judgement> judgement_from_json(const json::Value& value);

}  // namespace hotswap
