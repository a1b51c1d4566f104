// The judging part of DeploymentRunner: looks at health, decides on it, and keeps the record.
#include "orchestrator/deployment_entry.hpp"

namespace hotswap {
namespace {

/// Health is looked at this often at most.
constexpr Duration kLookAtMost = std::chrono::milliseconds(200);
/// And so that looking takes no more than this part of the time.
constexpr int kLookShare = 10;

/// Changes of it end what is watched: a step, a phase with its own evidence, the deployment.
std::tuple<std::string_view, std::size_t, std::string> milestone(const Deployment& deployment) {
  const auto of = [](const Running& at) {
    const bool baking = at.phase == Phase::Baking;
    return std::tuple(std::string_view("Running"), at.step, std::string(baking ? "bake" : ""));
  };
  if (const auto* running = std::get_if<Running>(&deployment.state)) return of(*running);
  if (const auto* paused = std::get_if<Paused>(&deployment.state)) return of(paused->at);
  return {state_name(deployment.state), 0, {}};
}

}  // namespace

Result<void> DeploymentRunner::judge_now(Entry& entry, bool data_arrived) {
  if (!is_judged(*entry.deployment)) {
    entry.judge_wanted = false;
    return {};
  }
  const WallTime now = time_.now();
  const bool data = entry.judge_wanted || data_arrived;
  entry.judge_wanted = data && now - entry.judged_at < entry.judge_pause;
  if (now - entry.judged_at < entry.judge_pause) return {};
  look(entry, data, now);
  entry.record_wanted = entry.recorder.wanted();
  const Judgement judgement = entry.recorder.last()->judgement;
  if (auto done = apply(entry, Judged{judgement}, nullptr); !done) return done;
  return record_alone(entry);
}

void DeploymentRunner::look(Entry& entry, bool data, WallTime now) {
  const Deployment& deployment = *entry.deployment;
  HealthLook look;
  look.at = now;
  look.sight = sight_of(deployment, fleet_, now);
  if (measurements_) look.measurements = measurements_(entry.id);
  const auto evidence = fleet_.with_windows([&](const HealthWindows& windows) {
    return gather_evidence(deployment.health, windows, look.sight.cohorts, deployment.baseline,
                           look.measurements, now);
  });
  look.judgement = judge(deployment.health, evidence, look.sight.situation);
  if (watching_.judged) watching_.judged(look.judgement);
  entry.recorder.look(std::move(look), data);
  entry.judged_at = now;
  entry.judge_pause = std::max(kLookAtMost, kLookShare * (time_.now() - now));
}

std::optional<HealthRecord> DeploymentRunner::record_with(Entry& entry, const Deployment& next) {
  const bool ends = milestone(*entry.deployment) != milestone(next);
  if (!entry.recorder.unrecorded() || (!ends && !entry.record_wanted)) return std::nullopt;
  return fleet_.with_windows([&](const HealthWindows& windows) {
    return entry.recorder.make(*entry.deployment, windows, ends);
  });
}

Result<void> DeploymentRunner::record_alone(Entry& entry) {
  if (!std::exchange(entry.record_wanted, false) || !entry.recorder.unrecorded()) return {};
  auto record = fleet_.with_windows([&](const HealthWindows& windows) {
    return entry.recorder.make(*entry.deployment, windows, false);
  });
  ChangeSet changes;
  changes.push_back(change::AppendHealthRecord{std::move(record)});
  auto done = committer_.commit(std::move(changes));
  if (!done) return std::unexpected(done.error());
  entry.recorder.stored();
  return {};
}

}  // namespace hotswap
