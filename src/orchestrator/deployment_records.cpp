#include "orchestrator/deployment_records.hpp"

#include <cmath>

namespace hotswap {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);
constexpr Duration kAtLeast = std::chrono::seconds(5);  ///< while data comes
constexpr Duration kAtMost = std::chrono::seconds(1);   ///< for a statistic that moves
/// Of the evidence that is required: less is not worth a record.
constexpr double kNotable = 0.2;
/// Of those that are kept apart: the first targets in cohort order, then the others.
constexpr std::size_t kTargetsApart = kRecordedInstances * 2 / 3;

bool same_outcomes(const Judgement& a, const Judgement& b) {
  return a.overall == b.overall &&
         std::ranges::equal(
             a.verdicts, b.verdicts, [](const CriterionVerdict& x, const CriterionVerdict& y) {
               return x.outcome == y.outcome && x.no_data == y.no_data && x.error == y.error;
             });
}

/// Both have the same criteria.
bool moved_notably(const Judgement& before, const Judgement& after) {
  for (std::size_t i = 0; i < after.verdicts.size(); ++i) {
    const auto& was = before.verdicts[i].statistic;
    const auto& is = after.verdicts[i].statistic;
    const double notable = kNotable * after.verdicts[i].required;
    if (is && notable > 0 && std::abs(*is - was.value_or(0)) >= notable) return true;
  }
  return false;
}

/// Who stands for itself in the records of this deployment: always the same ones, so that a record
/// after a restart goes on with them.
std::set<InstanceId> kept_apart(const Deployment& deployment, const Cohorts& cohorts) {
  std::set<InstanceId> apart;
  const auto& targets = deployment.targets;
  const std::size_t first = targets.size() <= kRecordedInstances ? targets.size() : kTargetsApart;
  for (std::size_t i = 0; i < first; ++i) apart.insert(targets[i].instance);
  for (auto i = targets.size(); i > first && apart.size() < kRecordedInstances; --i)
    apart.insert(targets[i - 1].instance);
  auto control = cohorts.control;
  std::ranges::sort(control);
  for (const InstanceId& id : control)
    if (apart.size() < kRecordedInstances) apart.insert(id);
  return apart;
}

/// Samples of one record, those of the many merged.
class Cut {
 public:
  Cut(const HealthWindows& windows, std::set<InstanceId> apart, WallTime from, WallTime to)
      : windows_(windows), apart_(std::move(apart)), from_(from), to_(to) {}

  void add(const InstanceId& id, WallTime from, WallTime to, bool treated) {
    from = std::max(from, from_);
    to = std::min(to, to_);
    if (from >= to) return;
    if (!apart_.contains(id))
      return (treated ? treated_ : control_).add(windows_.sum(id, from, to));
    // When something was measured matters to a replay: as finely as the windows know it.
    for (; from < to; from += HealthWindows::kSlot) {
      Sample sample = windows_.sum(id, from, std::min(to, from + HealthWindows::kSlot));
      if (!sample.empty()) samples_.push_back({id, from, treated, std::move(sample)});
    }
  }
  /// An empty sample says since when an instance counts as treated.
  void begin(const InstanceId& id, WallTime since) {
    if (since < from_ || since >= to_ || !apart_.contains(id)) return;
    samples_.push_back({id, since + kTick, true, {}});
  }
  std::vector<RecordedSample> take() && {
    if (!treated_.empty())
      samples_.push_back({InstanceId("others-treated"), to_ - kTick, true, std::move(treated_)});
    if (!control_.empty())
      samples_.push_back({InstanceId("others-control"), to_ - kTick, false, std::move(control_)});
    return std::move(samples_);
  }

 private:
  const HealthWindows& windows_;
  const std::set<InstanceId> apart_;
  const WallTime from_, to_;
  std::vector<RecordedSample> samples_;
  Sample treated_, control_;
};

Measurements newer(const Measurements& now, const std::optional<HealthLook>& recorded) {
  if (!recorded) return now;
  Measurements news;
  for (const auto& [criterion, measurement] : now) {
    const auto before = recorded->measurements.find(criterion);
    if (before == recorded->measurements.end() || before->second.at != measurement.at)
      news.emplace(criterion, measurement);
  }
  return news;
}

}  // namespace

void HealthRecorder::look(HealthLook look, bool data) {
  if (!begin_) begin_ = look.sight.cohorts.first_treated();
  data_ = data_ || data;
  last_ = std::move(look);
}

bool HealthRecorder::wanted() const {
  if (!unrecorded()) return false;
  if (!recorded_ || recorded_->sight.verifying != last_->sight.verifying) return true;
  if (!same_outcomes(recorded_->judgement, last_->judgement)) return true;
  const Duration since = last_->at - recorded_at_;
  if (since >= kAtLeast && data_) return true;
  return since >= kAtMost && moved_notably(recorded_->judgement, last_->judgement);
}

HealthRecord HealthRecorder::make(const Deployment& deployment, const HealthWindows& windows,
                                  bool final) {
  const Sight& sight = last_->sight;
  HealthRecord record;
  record.deployment = deployment.id;
  record.at = last_->at;
  record.step = sight.step;
  record.phase = sight.phase;
  record.waited = sight.situation.waited;
  record.idle = sight.situation.idle;
  record.judgement = last_->judgement;
  record.measurements = newer(last_->measurements, recorded_);
  const auto first = sight.cohorts.first_treated();
  const WallTime from = begin_.value_or(last_->at);
  // A slot that may still grow waits for the next record.
  end_ = std::max(from, last_->at + kTick - (final ? Duration(0) : HealthWindows::kSlot));
  Cut cut(windows, kept_apart(deployment, sight.cohorts), from, end_);
  for (const auto& treated : sight.cohorts.treated) {
    if (!sight.verifying && first) cut.add(treated.instance, *first, treated.since, false);
    cut.begin(treated.instance, treated.since);
    cut.add(treated.instance, treated.since + kTick, end_, true);
  }
  for (const InstanceId& id : sight.cohorts.control) cut.add(id, first.value_or(from), end_, false);
  record.samples = std::move(cut).take();
  return record;
}

void HealthRecorder::stored() {
  recorded_ = last_;
  recorded_at_ = last_->at;
  begin_ = end_;
  data_ = false;
}

}  // namespace hotswap
