#include "domain/health/cut.hpp"

#include <algorithm>

#include "domain/health/calibration.hpp"
#include "domain/health/outliers.hpp"

namespace hotswap::health {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);
/// How far back the slot before a look's first one is searched: the longest heartbeat.
constexpr Duration kBefore = std::chrono::minutes(2);

/// Counted since the heartbeat before; a check happens at its moment.
bool is_traffic(CriterionKind kind) {
  return kind == CriterionKind::ErrorRate || kind == CriterionKind::LatencyP99;
}

/// What the criterion looks at, except the latencies.
void add_relevant(Sample& sum, const Sample& sample, const Criterion& criterion) {
  sum.requests += sample.requests;
  sum.errors += sample.errors;
  sum.checks += sample.checks;
  sum.failed_checks += sample.failed_checks;
  if (criterion.kind != CriterionKind::Custom) return;
  const auto found = sample.custom.find(criterion.metric);
  if (found == sample.custom.end()) return;
  auto& values = sum.custom[criterion.metric];
  values.sum += found->second.sum;
  values.count += found->second.count;
  values.squares += found->second.squares;
}

}  // namespace

void Cut::Segment::add(const Sample& sample, const Criterion& criterion) {
  add_relevant(counts, sample, criterion);
  if (criterion.kind == CriterionKind::LatencyP99) latency.add(sample.latency);
}

Cut::Cut(const Criterion& criterion, const HealthWindows& windows, const Cohorts& cohorts,
         const Baseline* baseline, Evidence& evidence)
    : criterion_(criterion),
      windows_(windows),
      cohorts_(cohorts),
      baseline_(baseline),
      evidence_(evidence),
      first_(*cohorts.first_treated()) {
  if (baseline_ == nullptr) return;
  choose_outliers();
  sum_before();
}

void Cut::make(Duration window, WallTime now) {
  end_ = now + kTick;
  evidence_.control.reset();
  evidence_.instances.clear();
  evidence_.waited = waited(now);
  choose_starts(window);
  sum_control();
  limit_ = slow_limit();
  sum_treated();
}

double Cut::observations() const { return counts_of(evidence_.treated, criterion_, limit_).total; }

void Cut::choose_outliers() {
  outliers_ = outliers_of(*baseline_, criterion_);
  all_outliers_ = std::ranges::all_of(cohorts_.treated, [&](const Cohorts::Treated& treated) {
    return outliers_.contains(treated.instance);
  });
  evidence_.only_outliers = all_outliers_;
}

bool Cut::left_out(const InstanceId& instance) const {
  return !all_outliers_ && outliers_.contains(instance);
}

/// Those who are left out were treated first, perhaps: no data of the others is not missing yet.
Duration Cut::waited(WallTime now) const {
  WallTime first = WallTime::max();
  for (const auto& treated : cohorts_.treated) {
    if (!left_out(treated.instance)) first = std::min(first, treated.since);
  }
  return std::max(Duration{}, now - first);
}

void Cut::sum_before() {
  const auto& instances = baseline_->instances;
  Segment treated;
  Segment control;
  const auto take = [&](Segment& into, const InstanceId& instance) {
    const auto found = instances.find(instance);
    if (found != instances.end()) into.add(found->second, criterion_);
  };
  for (const auto& each : cohorts_.treated) {
    if (!left_out(each.instance)) take(treated, each.instance);
  }
  for (const auto& instance : cohorts_.control) {
    if (!outliers_.contains(instance)) take(control, instance);
  }
  const auto finish = [](Segment& segment) -> std::optional<Sample> {
    segment.counts.latency = segment.latency.total();
    if (segment.counts.empty()) return std::nullopt;
    return std::move(segment.counts);
  };
  evidence_.treated_before = finish(treated);
  evidence_.control_before = finish(control);
}

void Cut::choose_starts(Duration window) {
  const auto now = end_ - kTick;
  evidence_.covered = std::clamp<Duration>(now - first_, Duration{}, window);
  window_start_ = now - evidence_.covered;
  evidence_.looks.clear();
  shapes_.clear();
  starts_ = {window_start_};
  for (const int part : {1, kSecondBlock, kThirdBlock}) {
    const auto length = window / part;
    if (part > 1 && length < kShortestBlock) break;
    const auto index = std::max<std::int64_t>(0, (now - first_) / length);
    Look look;
    look.length = length;
    look.index = static_cast<std::uint64_t>(index);
    evidence_.looks.push_back(std::move(look));
    shapes_.emplace_back().start = first_ + length * index;
    starts_.push_back(shapes_.back().start);
  }
  std::ranges::sort(starts_);
  starts_.erase(std::ranges::unique(starts_).begin(), starts_.end());
}

std::size_t Cut::segment_of(WallTime at) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(starts_, at) - starts_.begin()) - 1;
}

/// Sums from each start to the end.
std::vector<Sample> Cut::suffix_sums(std::vector<Segment> segments) const {
  std::vector<Sample> sums(segments.size());
  for (std::size_t i = segments.size(); i-- > 0;) {
    if (i + 1 < segments.size()) {
      segments[i].counts.add_counts(segments[i + 1].counts);
      segments[i].latency.add(segments[i + 1].latency);
    }
    sums[i] = segments[i].counts;
    sums[i].latency = segments[i].latency.total();
  }
  return sums;
}

/// Untreated hosts that fail by themselves, unlike the others: beside them a bad version would look
/// harmless. What hits everybody shows in the median as well.
std::set<InstanceId> Cut::broken_controls() const {
  constexpr std::size_t kMajority = 3;
  if (criterion_.kind != CriterionKind::ErrorRate && criterion_.kind != CriterionKind::HealthChecks)
    return {};
  std::vector<std::pair<double, InstanceId>> shares;
  for (const auto& instance : cohorts_.control) {
    if (outliers_.contains(instance)) continue;
    Counts counts;
    for (const auto& slot : windows_.slots(instance, starts_.back(), end_))
      counts += counts_of(slot.sample, criterion_, 0);
    if (counts.total > 0) shares.emplace_back(counts.bad / counts.total, instance);
  }
  if (shares.size() < kMajority) return {};
  std::ranges::sort(shares);
  const double usual = shares[(shares.size() - 1) / 2].first;
  std::set<InstanceId> broken;
  for (const auto& [share, instance] : shares)
    if (share > 2 * usual + criterion_.threshold / 100) broken.insert(instance);
  return broken;
}

void Cut::sum_control() {
  std::vector<Segment> segments(starts_.size());
  evidence_.control_instances = 0;
  const auto broken = broken_controls();
  for (const auto& instance : cohorts_.control) {
    if (outliers_.contains(instance) || broken.contains(instance)) continue;
    const auto slots = windows_.slots(instance, starts_.front(), end_);
    if (!slots.empty()) ++evidence_.control_instances;
    for (const auto& slot : slots) segments[segment_of(slot.at)].add(slot.sample, criterion_);
  }
  auto sums = suffix_sums(std::move(segments));
  const auto from = [&](WallTime start) -> std::optional<Sample> {
    const auto& sum = sums[segment_of(start)];
    if (sum.empty()) return std::nullopt;
    return sum;
  };
  evidence_.control = from(window_start_);
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    evidence_.looks[i].control = from(shapes_[i].start);
  }
}

double Cut::slow_limit() const {
  double p99 = 0;
  const auto consider = [&](const Sample& sample) {
    p99 = std::max(p99, sample.latency.quantile(1 - kTail).value_or(0));
  };
  if (evidence_.treated_before) {
    consider(*evidence_.treated_before);
  } else if (baseline_ != nullptr) {
    consider(baseline_->all);
  }
  if (evidence_.control) consider(*evidence_.control);
  return p99 * (1 + criterion_.threshold / 100);
}

void Cut::sum_treated() {
  std::vector<Segment> segments(starts_.size());
  for (const auto& treated : cohorts_.treated) {
    evidence_.instances.push_back(take(treated, left_out(treated.instance), segments));
  }
  const auto sums = suffix_sums(std::move(segments));
  evidence_.treated = sums[segment_of(window_start_)];
  finish_looks(sums);
}

/// An instance's slots since it runs the version; the first one may hold some time from before.
InstanceEvidence Cut::take(const Cohorts::Treated& treated, bool left_out,
                           std::vector<Segment>& segments) {
  const auto since = treated.since + kTick;
  const auto known = windows_.slots(treated.instance, starts_.front() - kBefore, end_);
  const auto begin = std::ranges::lower_bound(known, std::max(since, starts_.front()), {},
                                              &HealthWindows::Slot::at);
  WallTime measured_from =
      begin == known.begin() ? std::max(since, starts_.front()) : std::prev(begin)->until;
  bool mixed = is_traffic(criterion_.kind) && begin != known.begin() &&
               treated.since - measured_from > HealthWindows::kSlot;
  std::vector<Cell> cells;
  InstanceEvidence evidence{treated.instance, {}, std::nullopt, left_out};
  Counts recent;
  auto counted = begin;
  for (auto slot = begin; slot != known.end(); ++slot) {
    const auto counts = counts_of(slot->sample, criterion_, limit_);
    if (mixed && counts.total > 0) {
      mixed = false;
      measured_from = slot->until;
      counted = std::next(slot);
      continue;
    }
    if (slot->at >= window_start_) {
      add_relevant(evidence.now, slot->sample, criterion_);
      recent += counts;
    }
    if (left_out) continue;
    segments[segment_of(slot->at)].add(slot->sample, criterion_);
    if (counts.total > 0) cells.push_back({slot->at, counts, slot->until});
  }
  take_cells(cells, measured_from);
  if (wants_latency(recent, left_out)) {
    evidence.now.latency = latency_of({counted, known.end()});
  }
  if (baseline_ != nullptr) {
    const auto before = baseline_->instances.find(treated.instance);
    if (before != baseline_->instances.end()) evidence.before = before->second;
  }
  return evidence;
}

/// Whether an instance may be named in a verdict; only of these the latencies are added up one by
/// one.
bool Cut::wants_latency(const Counts& counts, bool left_out) const {
  return criterion_.kind == CriterionKind::LatencyP99 && (left_out || counts.share() > kTail / 2);
}

Histogram Cut::latency_of(std::span<const HealthWindows::Slot> slots) const {
  HistogramSum sum;
  for (const auto& slot : slots) {
    if (slot.at >= window_start_) sum.add(slot.sample.latency);
  }
  return sum.total();
}

void Cut::take_cells(std::span<const Cell> cells, WallTime measured_from) {
  for (auto& shape : shapes_) {
    const auto first = std::ranges::lower_bound(cells, shape.start, {}, &Cell::at);
    if (first == cells.end()) continue;
    const std::span<const Cell> within(first, cells.end());
    shape.dispersion.add(within);
    shape.begin =
        std::min(shape.begin, first == cells.begin() ? measured_from : std::prev(first)->until);
    shape.newest = std::max(shape.newest, within.back().until);
    for (const auto& cell : within) {
      const auto bin = static_cast<std::size_t>((cell.at - shape.start) / HealthWindows::kSlot);
      if (bin >= shape.bins.size()) shape.bins.resize(bin + 1);
      shape.bins[bin].counts += cell.counts;
    }
  }
}

void Cut::finish_looks(const std::vector<Sample>& sums) {
  const bool values = criterion_.kind == CriterionKind::Custom;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    auto& shape = shapes_[i];
    auto& look = evidence_.looks[i];
    look.treated = sums[segment_of(shape.start)];
    if (shape.bins.empty()) continue;
    look.covered = shape.newest - shape.begin;
    if (!values) look.dispersion = shape.dispersion.value();
    for (std::size_t bin = 0; bin < shape.bins.size(); ++bin) {
      shape.bins[bin].at = shape.start + HealthWindows::kSlot * static_cast<std::int64_t>(bin);
    }
    const auto calm =
        calm_half(shape.bins, values ? kBinValues : kBinObservations, criterion_.direction);
    if (calm) look.calm = Look::Half{calm->total, calm->bad};
  }
}

}  // namespace hotswap::health
