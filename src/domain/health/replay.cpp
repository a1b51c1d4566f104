#include "domain/health/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "domain/health/windows.hpp"

namespace hotswap {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);

/// The cohorts, windows and measurements as the records build them up.
class Recorded {
 public:
  void take(const HealthRecord& record) {
    for (const auto& recorded : record.samples) {
      if (!recorded.sample.empty()) windows_.add(recorded.instance, recorded.at, recorded.sample);
      if (recorded.treated) {
        // The first of them, empty where it is known exactly, follows the moment of treatment.
        const auto known = since_.find(recorded.instance);
        const auto since = recorded.at - kTick;
        if (known == since_.end() || since < known->second) since_[recorded.instance] = since;
      } else {
        seen_.insert(recorded.instance);
      }
    }
    for (const auto& [name, measurement] : record.measurements) {
      measurements_[name] = measurement;
    }
  }

  [[nodiscard]] Cohorts cohorts() const {
    Cohorts cohorts;
    for (const auto& [instance, since] : since_) cohorts.treated.push_back({instance, since});
    for (const auto& instance : seen_) {
      if (!since_.contains(instance)) cohorts.control.push_back(instance);
    }
    return cohorts;
  }
  [[nodiscard]] const HealthWindows& windows() const { return windows_; }
  [[nodiscard]] const Measurements& measurements() const { return measurements_; }

 private:
  HealthWindows windows_;
  std::map<InstanceId, WallTime> since_;
  std::set<InstanceId> seen_;
  Measurements measurements_;
};

bool same_outcomes(const Judgement& a, const Judgement& b) {
  return std::ranges::equal(a.verdicts, b.verdicts, {}, &CriterionVerdict::outcome,
                            &CriterionVerdict::outcome);
}

/// Whether any record tells of the metric that a criterion wants.
bool is_recorded(const Criterion& criterion, const std::vector<HealthRecord>& records) {
  return std::ranges::any_of(records, [&](const HealthRecord& record) {
    if (criterion.kind == CriterionKind::Query) {
      return record.measurements.contains(criterion.name);
    }
    return std::ranges::any_of(record.samples, [&](const RecordedSample& recorded) {
      const auto& sample = recorded.sample;
      switch (criterion.kind) {
        case CriterionKind::ErrorRate:
          return sample.requests > 0;
        case CriterionKind::LatencyP99:
          return sample.latency.count() > 0;
        case CriterionKind::HealthChecks:
          return sample.checks > 0;
        case CriterionKind::Custom:
          return sample.custom.contains(criterion.metric);
        case CriterionKind::Query:
          break;
      }
      return false;
    });
  });
}

/// The text of a query up to its first variable is the same however it was filled in.
bool other_query(const Criterion& criterion, const std::vector<HealthRecord>& records) {
  const auto fixed = criterion.query.substr(0, criterion.query.find("{{"));
  return std::ranges::any_of(records, [&](const HealthRecord& record) {
    const auto found = record.measurements.find(criterion.name);
    return found != record.measurements.end() && !found->second.query.empty() &&
           !found->second.query.starts_with(fixed);
  });
}

std::vector<std::string> notes_of(const HealthPolicy& policy,
                                  const std::optional<Baseline>& baseline,
                                  const std::vector<HealthRecord>& records) {
  std::vector<std::string> notes;
  if (records.empty())
    notes.emplace_back("The deployment has no health records: nothing is known.");
  if (!baseline) {
    notes.emplace_back("No baseline was measured, so that only the untreated instances compare.");
  }
  for (const auto& criterion : policy.criteria) {
    if (records.empty()) break;
    if (!is_recorded(criterion, records)) {
      notes.push_back(criterion.kind == CriterionKind::Query
                          ? fmt::format("`{}` was not asked during the deployment, so its answers "
                                        "are unknown.",
                                        criterion.name)
                          : fmt::format("The records hold no data for `{}`.", criterion.name));
    } else if (criterion.kind == CriterionKind::Query && other_query(criterion, records)) {
      notes.push_back(fmt::format(
          "`{}` was asked with another query; its recorded answers are used as they are.",
          criterion.name));
    }
  }
  const bool merged = std::ranges::any_of(records, [](const HealthRecord& record) {
    return std::ranges::any_of(record.samples, [](const RecordedSample& recorded) {
      return recorded.instance.str().starts_with("others-");
    });
  });
  if (merged) {
    notes.push_back(
        fmt::format("Only {} instances were recorded apart, the others as one of each cohort.",
                    kRecordedInstances));
  }
  return notes;
}

void note_breach(Replay& replay, const ReplayLine& line) {
  const bool first = !replay.would_roll_back && !replay.would_pause;
  switch (line.breach) {
    case BudgetBreach::None:
      return;
    case BudgetBreach::Failing:
      if (!replay.would_roll_back) replay.would_roll_back = line.at;
      break;
    case BudgetBreach::Inconclusive:
    case BudgetBreach::Erroring:
      if (first) replay.would_pause = line.at;
      break;
  }
  if (first) replay.reason = line.reason;
}

std::string_view to_text(BudgetBreach breach) {
  switch (breach) {
    case BudgetBreach::None:
      return "none";
    case BudgetBreach::Failing:
      return "failing";
    case BudgetBreach::Inconclusive:
      return "inconclusive";
    case BudgetBreach::Erroring:
      return "erroring";
  }
  return "";
}

}  // namespace

Replay replay(const HealthPolicy& policy, const std::optional<Baseline>& baseline,
              const std::vector<HealthRecord>& records) {
  Replay replay;
  replay.notes = notes_of(policy, baseline, records);
  Recorded recorded;
  Tallies tallies;
  std::optional<ReplayLine> last;
  for (const auto& record : records) {
    if (record.phase == "RollingBack") break;
    recorded.take(record);
    const auto evidence = gather_evidence(policy, recorded.windows(), recorded.cohorts(), baseline,
                                          recorded.measurements(), record.at);
    ReplayLine line{record.at, record.step, {}, BudgetBreach::None, {}};
    line.judgement = judge(policy, evidence, {record.waited, record.idle});
    auto counted = count_judgement(tallies, policy, line.judgement, record.at);
    line.breach = counted.breach;
    line.reason = std::move(counted.reason);
    note_breach(replay, line);
    const bool news =
        !last || line.breach != last->breach || !same_outcomes(line.judgement, last->judgement);
    if (news) replay.lines.push_back(line);
    last = std::move(line);
    if (replay.would_roll_back) break;
  }
  if (last && replay.lines.back().at != last->at) replay.lines.push_back(std::move(*last));
  return replay;
}

json::Value to_json(const Replay& replay) {
  json::Array lines;
  for (const auto& line : replay.lines) {
    json::Object object{{"at", format_time(line.at)},
                        {"step", std::uint64_t{line.step}},
                        {"judgement", to_json(line.judgement)},
                        {"breach", to_text(line.breach)}};
    if (!line.reason.empty()) object.append("reason", line.reason);
    lines.push_back(std::move(object));
  }
  json::Array notes;
  for (const auto& note : replay.notes) notes.push_back(note);
  json::Object object{{"lines", std::move(lines)}};
  if (replay.would_roll_back) {
    object.append("wouldRollBack", format_time(*replay.would_roll_back));
  }
  if (replay.would_pause) object.append("wouldPause", format_time(*replay.would_pause));
  if (!replay.reason.empty()) object.append("reason", replay.reason);
  object.append("notes", std::move(notes));
  return object;
}

}  // namespace hotswap
