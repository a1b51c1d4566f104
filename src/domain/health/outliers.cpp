#include "domain/health/outliers.hpp"

#include <algorithm>

#include "domain/health/calibration.hpp"
#include "domain/health/proportion.hpp"

namespace hotswap::health {
namespace {

constexpr std::uint64_t kSlotRequests = 4;
constexpr std::size_t kMedianOf = 3;  ///< instances, without which there are no "others"

/// The limit above which the median instance has its p99 doubled, or as the criterion allows.
double common_limit(const Baseline& baseline, const Criterion& criterion) {
  std::vector<double> p99s;
  for (const auto& [instance, sample] : baseline.instances) {
    if (const auto p99 = sample.latency.quantile(1 - kTail)) p99s.push_back(*p99);
  }
  if (p99s.empty()) return 0;
  const auto middle = p99s.begin() + std::ssize(p99s) / 2;
  std::ranges::nth_element(p99s, middle);
  return *middle * (1 + criterion.threshold / 100);
}

/// The instance's share must be surely above what is usual, not by chance.
bool surely_above(const Counts& counts, double usual, double apart) {
  if (counts.total < kOutlierObservations || counts.share() - usual <= apart) return false;
  const auto bounds = always_valid_bounds(counts.bad, counts.total, kShownAlpha);
  return bounds.lower > usual + apart / 2;
}

double median_share(const std::vector<Counts>& all) {
  std::vector<double> shares;
  for (const auto& counts : all) {
    if (counts.total > 0) shares.push_back(counts.share());
  }
  if (shares.size() < kMedianOf) return 1;
  const auto middle = shares.begin() + std::ssize(shares) / 2;
  std::ranges::nth_element(shares, middle);
  return *middle;
}

}  // namespace

Counts counts_of(const Sample& sample, const Criterion& criterion, double limit) {
  const auto both = [](std::uint64_t total, std::uint64_t bad) {
    return Counts{static_cast<double>(total), static_cast<double>(bad)};
  };
  switch (criterion.kind) {
    case CriterionKind::ErrorRate:
      return both(sample.requests, sample.errors);
    case CriterionKind::LatencyP99:
      return both(sample.latency.count(), sample.latency.count_above(limit));
    case CriterionKind::HealthChecks:
      return both(sample.checks, sample.failed_checks);
    case CriterionKind::Custom: {
      const auto found = sample.custom.find(criterion.metric);
      if (found == sample.custom.end()) return {};
      return {static_cast<double>(found->second.count), found->second.sum};
    }
    case CriterionKind::Query:
      return {};
  }
  return {};
}

std::set<InstanceId> outliers_of(const Baseline& baseline, const Criterion& criterion) {
  std::set<InstanceId> outliers(baseline.flapping.begin(), baseline.flapping.end());
  // What is much for a custom metric only its own past can tell, with which it is compared anyway.
  if (criterion.kind == CriterionKind::Custom || criterion.kind == CriterionKind::Query) {
    return outliers;
  }
  const bool latency = criterion.kind == CriterionKind::LatencyP99;
  const double limit = latency ? common_limit(baseline, criterion) : 0;
  const double apart = latency ? kTail : kOutlierPart * criterion.threshold / 100;
  std::vector<Counts> all;
  for (const auto& [instance, sample] : baseline.instances) {
    all.push_back(counts_of(sample, criterion, limit));
  }
  const double usual = median_share(all);
  auto counts = all.begin();
  for (const auto& [instance, sample] : baseline.instances) {
    if (surely_above(*counts++, usual, apart)) outliers.insert(instance);
  }
  return outliers;
}

bool flaps(std::span<const HealthWindows::Slot> slots) {
  int recoveries = 0;
  bool bad = false;
  for (const auto& slot : slots) {
    const Sample& sample = slot.sample;
    if (sample.requests < kSlotRequests && sample.checks == 0) continue;
    const auto part = [](std::uint64_t some, std::uint64_t all) {
      return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
    };
    const bool now = part(sample.errors, sample.requests) >= kFlapErrors ||
                     part(sample.failed_checks, sample.checks) >= kFlapChecks;
    if (bad && !now) ++recoveries;
    bad = now;
  }
  return recoveries >= kFlaps;
}

}  // namespace hotswap::health
