#pragma once
// Instances that say nothing about a version: as bad before the deployment as they are now, or good
// and bad in turns. Internal to domain/health.

#include <set>

#include "domain/health/dispersion.hpp"

namespace hotswap::health {

/// What a criterion counts in a sample; `limit` in milliseconds, LatencyP99 only. A Custom one
/// counts a metric's values and their sum.
[[nodiscard]] Counts counts_of(const Sample& sample, const Criterion& criterion, double limit);

/// Instances of the baseline that are to be left out of this criterion.
[[nodiscard]] std::set<InstanceId> outliers_of(const Baseline& baseline,
                                               const Criterion& criterion);

/// Whether these slots go bad and recover more than once.
[[nodiscard]] bool flaps(std::span<const HealthWindows::Slot> slots);

}  // namespace hotswap::health
