#include "domain/health/evidence.hpp"

#include <algorithm>

#include "domain/health/judge.hpp"
#include "domain/health/windows.hpp"

namespace hotswap {

std::optional<WallTime> Cohorts::first_treated() const {
  if (treated.empty()) return std::nullopt;
  return std::ranges::min_element(treated, {}, &Treated::since)->since;
}

std::optional<Baseline> measure_baseline(const HealthWindows& windows,
                                         const std::vector<InstanceId>& targets, WallTime from,
                                         WallTime to) {
  Baseline baseline;
  for (const auto& target : targets) {
    auto sample = windows.sum(target, from, to);
    if (sample.empty()) continue;
    baseline.all.add(sample);
    if (baseline.instances.size() < Baseline::kInstances) {
      baseline.instances.emplace(target, std::move(sample));
    }
  }
  if (baseline.all.empty()) return std::nullopt;
  return baseline;
}

std::vector<Evidence> gather_evidence(const HealthPolicy& policy, const HealthWindows& windows,
                                      const Cohorts& cohorts,
                                      const std::optional<Baseline>& baseline,
                                      const Measurements& measurements, WallTime now) {
  constexpr Duration kTick = std::chrono::milliseconds(1);
  std::vector<Evidence> all;
  for (const auto& criterion : policy.criteria) {
    Evidence evidence;
    evidence.baseline = baseline;
    for (const auto& [instance, since] : cohorts.treated) {
      evidence.treated.add(
          windows.sum(instance, std::max(since + kTick, now - criterion.window), now + kTick));
    }
    if (const auto first = cohorts.first_treated()) {
      Sample control;
      for (const auto& instance : cohorts.control) {
        control.add(
            windows.sum(instance, std::max(*first + kTick, now - criterion.window), now + kTick));
      }
      if (!control.empty()) evidence.control = std::move(control);
    }
    const auto measured = measurements.find(criterion.name);
    if (measured != measurements.end()) evidence.measurement = measured->second;
    all.push_back(std::move(evidence));
  }
  return all;
}

}  // namespace hotswap
