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

/// Without the single instances, whose past stands beside their present, and without latencies
/// where they do not matter.
Baseline in_short(const Baseline& baseline, const Criterion& criterion) {
  Baseline copy;
  copy.all.add_counts(baseline.all);
  if (criterion.kind == CriterionKind::LatencyP99) copy.all.latency = baseline.all.latency;
  copy.error_dispersion = baseline.error_dispersion;
  copy.latency_dispersion = baseline.latency_dispersion;
  copy.error_shock = baseline.error_shock;
  copy.latency_shock = baseline.latency_shock;
  copy.error_trouble = baseline.error_trouble;
  copy.latency_trouble = baseline.latency_trouble;
  copy.custom_dispersion = baseline.custom_dispersion;
  copy.flapping = baseline.flapping;
  return copy;
}

}  // namespace

std::optional<WallTime> Cohorts::first_treated() const {
  if (treated.empty()) return std::nullopt;
  return std::ranges::min_element(treated, {}, &Treated::since)->since;
}

// Each is another thing, and all its callers have them apart.
// NOLINTNEXTLINE(readability-function-size)
std::vector<Evidence> gather_evidence(const HealthPolicy& policy, const HealthWindows& windows,
                                      const Cohorts& cohorts,
                                      const std::optional<Baseline>& baseline,
                                      const Measurements& measurements, WallTime now) {
  std::vector<Evidence> all;
  for (const auto& criterion : policy.criteria) {
    auto& evidence = all.emplace_back();
    if (baseline) evidence.baseline = in_short(*baseline, criterion);
    if (criterion.kind == CriterionKind::Query) {
      evidence.measurement = fresh(criterion, measurements, cohorts, now);
      continue;
    }
    const auto first = cohorts.first_treated();
    if (!first) continue;
    health::Cut cut(criterion, windows, cohorts, baseline ? &*baseline : nullptr, evidence);
    cut.make(criterion.window, now);
    // Little traffic: the window grows until there is enough, or no more is kept.
    const bool few = cut.observations() < wanted(policy, criterion);
    if (few && now - *first > criterion.window) cut.make(HealthWindows::kKeep, now);
  }
  return all;
}

}  // namespace hotswap
