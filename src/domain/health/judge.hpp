#pragma once
// judge(): is the treated cohort worse than it was before, and worse than those left untreated?
// Pure: samples in, verdicts with evidence out. A threshold crossed without enough evidence is
// Inconclusive, never Fail.

#include <optional>
#include <string>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/health/evidence.hpp"
#include "domain/health/sample.hpp"

namespace hotswap {

/// Query: the answer of a PromQL expression, a number per measurement.
enum class CriterionKind { ErrorRate, LatencyP99, HealthChecks, Custom, Query };
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
  /// Query only: PromQL with {{service}}, {{environment}}, {{profile}}, {{version}}, {{cohort}},
  /// {{instances}} and {{window}} (see metric_query.hpp).
  std::string query;
  /// Between two measurements of a Query; failing, inconclusive and erroring ones of any kind are
  /// counted at most once in it.
  Duration interval = std::chrono::seconds(30);
  std::uint32_t failure_limit = 0;  ///< failing measurements tolerated; one more rolls back
  /// Inconclusive ones tolerated, one more pauses for a person; nothing: the step's own limit asks.
  std::optional<std::uint32_t> inconclusive_limit;
  std::uint32_t error_limit = 4;  ///< errors of the source in a row; one more pauses for a person
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

/// One instance's part in a verdict, in the criterion's unit.
struct Driver {
  InstanceId instance;
  double value = 0;
  std::optional<double> before;  ///< its own, before the deployment
  std::uint64_t samples = 0;
  double share = 0;  ///< of what makes the cohort bad, 0 to 1
  bool operator==(const Driver&) const = default;
};

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
  /// Evidence for "worse at all", a natural logarithm that may be looked at at any time; proven
  /// from `required` on. Nothing where no test applies.
  std::optional<double> statistic;
  double required = 0;
  std::string error;             ///< the source could not be asked: always Inconclusive
  std::string query;             ///< as it was asked, variables filled in
  std::vector<Driver> drivers;   ///< instances that make the cohort bad, worst first, at most 5
  std::vector<Driver> outliers;  ///< left out: as bad before the deployment, or flapping; at most 5
  bool operator==(const CriterionVerdict&) const = default;
};

struct Judgement {
  Outcome overall = Outcome::Inconclusive;  ///< worst of the criteria that decide
  std::vector<CriterionVerdict> verdicts;
  bool operator==(const Judgement&) const = default;
};

struct Situation {
  Duration waited{};  ///< how long evidence has been gathered, for noDataTimeout
  /// The cohort has no traffic on purpose (a pool that is not live yet): criteria of requests that
  /// have no data say so and pass.
  bool idle = false;
};

/// One Evidence (evidence.hpp) per criterion, same order as policy.criteria. Fail only when the
/// threshold is crossed as an effect size, and an always-valid test (may be looked at after every
/// heartbeat) proves the cohort worse than baseline AND control.
[[nodiscard]] Judgement judge(const HealthPolicy& policy, const std::vector<Evidence>& evidence,
                              const Situation& situation);

[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] json::Value to_json(const HealthPolicy& policy);
/// Empty object = defaults. A criterion without a threshold or, for custom, a metric is refused.
[[nodiscard]] Result<HealthPolicy> health_policy_from_json(const json::Value& value,
                                                           const std::string& path);
[[nodiscard]] json::Value to_json(const Judgement& judgement);
[[nodiscard]] Result<Judgement> judgement_from_json(const json::Value& value);

}  // namespace hotswap
