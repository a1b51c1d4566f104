// What the targets measured before the first assignment, and how much that varies by itself.
#include <algorithm>
#include <set>
#include <string>

#include "domain/health/calibration.hpp"
#include "domain/health/dispersion.hpp"
#include "domain/health/evidence.hpp"
#include "domain/health/outliers.hpp"
#include "domain/health/windows.hpp"

namespace hotswap {
namespace {

using Slots = std::span<const HealthWindows::Slot>;

struct Measured {
  InstanceId instance;
  Slots slots;
  Sample sum;
};

template <class Count>
std::vector<std::vector<health::Cell>> cells_of(const std::vector<Measured>& all, Count count) {
  std::vector<std::vector<health::Cell>> instances;
  instances.reserve(all.size());
  for (const auto& measured : all) {
    auto& cells = instances.emplace_back();
    for (const auto& slot : measured.slots) {
      const health::Counts counts = count(slot.sample);
      if (counts.total > 0) cells.push_back({slot.at, counts, slot.until});
    }
  }
  return instances;
}

void measure_dispersion(Baseline& baseline, const std::vector<Measured>& all) {
  const auto errors = cells_of(all, [](const Sample& sample) {
    return health::Counts{static_cast<double>(sample.requests), static_cast<double>(sample.errors)};
  });
  baseline.error_dispersion = health::dispersion_of(errors);
  baseline.error_shock = health::shock_of(errors);
  if (const auto p99 = baseline.all.latency.quantile(1 - health::kTail)) {
    const auto slow = cells_of(all, [&](const Sample& sample) {
      return health::Counts{static_cast<double>(sample.latency.count()),
                            static_cast<double>(sample.latency.count_above(*p99))};
    });
    baseline.latency_dispersion = health::dispersion_of(slow);
    baseline.latency_shock = health::shock_of(slow);
  }
  if (baseline.all.custom.empty()) return;
  std::vector<Slots> slots;
  for (const auto& measured : all) slots.push_back(measured.slots);
  for (const auto& [metric, values] : baseline.all.custom) {
    baseline.custom_dispersion[metric] = health::dispersion_of_means(slots, metric);
  }
}

/// Looks further back than the baseline: troubles are rare. Who flaps is left out anyway.
void measure_trouble(Baseline& baseline, const HealthWindows& windows,
                     const std::vector<InstanceId>& targets, WallTime to) {
  std::vector<Measured> all;
  for (const auto& target : targets) {
    const auto slots = windows.slots(target, to - HealthWindows::kKeep, to);
    if (!slots.empty() && !health::flaps(slots)) all.push_back({target, slots, {}});
  }
  const auto errors = cells_of(all, [](const Sample& sample) {
    return health::Counts{static_cast<double>(sample.requests), static_cast<double>(sample.errors)};
  });
  baseline.error_trouble =
      health::longest_trouble(errors, health::kTroubleErrors, health::Edges::InPart);
  const auto p99 = baseline.all.latency.quantile(1 - health::kTail);
  if (!p99) return;
  const auto slow = cells_of(all, [&](const Sample& sample) {
    const auto above = sample.latency.count_above(*p99 * health::kTroubleLatency);
    return health::Counts{static_cast<double>(sample.latency.count()), static_cast<double>(above)};
  });
  baseline.latency_trouble =
      health::longest_trouble(slow, health::kTroubleSlow, health::Edges::Whole);
}

/// Those with the most requests stand for themselves.
void keep_instances(Baseline& baseline, std::vector<Measured> all) {
  std::ranges::sort(all, [](const Measured& a, const Measured& b) {
    return std::pair(b.sum.requests, a.instance) < std::pair(a.sum.requests, b.instance);
  });
  for (auto& measured : all) {
    if (baseline.flapping.size() < Baseline::kInstances && health::flaps(measured.slots)) {
      baseline.flapping.push_back(measured.instance);
    }
    if (baseline.instances.size() < Baseline::kInstances) {
      baseline.instances.emplace(measured.instance, std::move(measured.sum));
    }
  }
}

}  // namespace

std::optional<Baseline> measure_baseline(const HealthWindows& windows,
                                         const std::vector<InstanceId>& targets, WallTime from,
                                         WallTime to) {
  Baseline baseline;
  std::vector<Measured> all;
  HistogramSum latency;
  for (const auto& target : targets) {
    const auto slots = windows.slots(target, from, to);
    if (slots.empty()) continue;
    Measured measured{target, slots, {}};
    HistogramSum own;
    for (const auto& slot : slots) {
      own.add(slot.sample.latency);
      measured.sum.add_counts(slot.sample);
    }
    measured.sum.latency = own.total();
    latency.add(own);
    baseline.all.add_counts(measured.sum);
    if (!measured.sum.empty()) all.push_back(std::move(measured));
  }
  baseline.all.latency = latency.total();
  if (baseline.all.empty()) return std::nullopt;
  measure_dispersion(baseline, all);
  measure_trouble(baseline, windows, targets, to);
  keep_instances(baseline, std::move(all));
  return baseline;
}

}  // namespace hotswap
