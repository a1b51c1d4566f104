#include "domain/health/evidence.hpp"

#include <algorithm>

#include "domain/health/calibration.hpp"
#include "domain/health/cut.hpp"
#include "domain/health/windows.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

/// A source that was not asked for so long says nothing about now.
constexpr Duration kStaleAtLeast = 2min;

std::optional<Measurement> fresh(const Criterion& criterion, const Measurements& measurements,
                                 const Cohorts& cohorts, WallTime now) {
  const auto found = measurements.find(criterion.name);
  const auto first = cohorts.first_treated();
  if (found == measurements.end() || !first || found->second.at < *first) return std::nullopt;
  if (now - found->second.at > std::max(kStaleAtLeast, criterion.interval * 3)) {
    return std::nullopt;
  }
  return found->second;
}

/// Observations of the treated cohort that a verdict wants.
double wanted(const HealthPolicy& policy, const Criterion& criterion) {
  switch (criterion.kind) {
    case CriterionKind::HealthChecks:
      return static_cast<double>(policy.min_checks);
    case CriterionKind::Custom:
      return health::kLeastValues;
    case CriterionKind::ErrorRate:
    case CriterionKind::LatencyP99:
    case CriterionKind::Query:
      return static_cast<double>(policy.min_samples);
  }
  return 0;
}

}  // namespace

std::optional<WallTime> Cohorts::first_treated() const {
  if (treated.empty()) return std::nullopt;
  return std::ranges::min_element(treated, {}, &Treated::since)->since;
}

std::vector<Evidence> gather_evidence(const HealthPolicy& policy, const HealthWindows& windows,
                                      const Cohorts& cohorts,
                                      const std::optional<Baseline>& baseline,
                                      const Measurements& measurements, WallTime now) {
  std::vector<Evidence> all;
  for (const auto& criterion : policy.criteria) {
    auto& evidence = all.emplace_back();
    evidence.baseline = baseline;
    if (criterion.kind == CriterionKind::Query) {
      evidence.measurement = fresh(criterion, measurements, cohorts, now);
      continue;
    }
    const auto first = cohorts.first_treated();
    if (!first) continue;
    health::Cut cut(criterion, windows, cohorts, evidence);
    cut.make(criterion.window, now);
    // Little traffic: the window grows until there is enough, or no more is kept.
    const bool few = cut.observations() < wanted(policy, criterion);
    if (few && now - *first > criterion.window) cut.make(HealthWindows::kKeep, now);
  }
  return all;
}

}  // namespace hotswap
