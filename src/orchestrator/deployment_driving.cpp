// The deciding half of DeploymentRunner: one deployment, one thread at a time.
#include "orchestrator/deployment_effects.hpp"
#include "orchestrator/deployment_entry.hpp"
#include "orchestrator/deployment_evidence.hpp"

namespace hotswap {
namespace {

/// Health is looked at this often at most, and at least every kJudgeAtLeast.
constexpr Duration kJudgeAtMost = std::chrono::milliseconds(200);
constexpr Duration kJudgeAtLeast = std::chrono::seconds(30);
constexpr int kConflictRetries = 5;

}  // namespace

void DeploymentRunner::handle(const EntryPtr& entry) {
  const std::lock_guard deciding(entry->mutex);
  if (entry->retired) return;
  const auto done = handle_pending(*entry);
  if (!done)
    logger_.warning("runner", "deployment could not be advanced, will retry",
                    {{"deployment", entry->id.value},
                     {"reason", done.error().reason},
                     {"detail", done.error().detail},
                     {"internal", done.error().internal}});
  settle(entry, !done);
}

Result<void> DeploymentRunner::handle_pending(Entry& entry) {
  Reported reported;
  Vanished gone;
  bool health = false;
  {
    const std::lock_guard lock(mutex_);
    reported.reports.swap(entry.reports);
    gone.instances.swap(entry.vanished);
    health = std::exchange(entry.health, false);
  }
  auto done = reported.reports.empty() ? Result<void>() : apply(entry, reported, nullptr);
  if (done && !gone.instances.empty()) done = apply(entry, gone, nullptr);
  if (done) done = judge_now(entry, health);
  if (done) done = apply(entry, Tick{}, nullptr);
  if (done) return done;
  // Observations are facts: they are kept until they could be taken.
  const std::lock_guard lock(mutex_);
  entry.reports.insert(entry.reports.begin(), reported.reports.begin(), reported.reports.end());
  entry.vanished.insert(entry.vanished.begin(), gone.instances.begin(), gone.instances.end());
  return done;
}

Result<void> DeploymentRunner::judge_now(Entry& entry, bool data_arrived) {
  const Deployment& deployment = entry.deployment;
  if (is_terminal(deployment.state) || !deployment.strategy.health_check_enabled) return {};
  if (count(deployment, TargetState::Applied) == 0) return {};
  const WallTime now = time_.now();
  const Duration since = now - entry.judged_at;
  entry.judge_wanted = (entry.judge_wanted || data_arrived) && since < kJudgeAtMost;
  if (since < kJudgeAtMost) return {};
  entry.judged_at = now;
  WallTime treated_since = now;
  for (const Target& target : deployment.targets)
    if (target.state == TargetState::Applied) treated_since = std::min(treated_since, target.since);
  const auto judgement =
      judge(deployment.health, gather_evidence(deployment, fleet_, now), now - treated_since);
  return apply(entry, Judged{judgement}, nullptr);
}

Result<void> DeploymentRunner::apply(Entry& entry, const DeploymentEvent& event,
                                     const Caller* caller) {
  for (int attempt = 0;; ++attempt) {
    auto decision = decide(entry.deployment, event, time_.now());
    if (!decision) return std::unexpected(decision.error());
    if (decision->nothing()) return {};
    auto saved = save(entry, std::move(*decision), caller);
    const bool overtaken = !saved && (saved.error().reason == "deployment.changed" ||
                                      saved.error().reason == "generation.stale");
    if (!overtaken || attempt == kConflictRetries) return saved;
    // Somebody else saved first, or we did and the answer was lost: decide on what is stored.
    if (auto done = reload(entry); !done) return done;
  }
}

Result<void> DeploymentRunner::reload(Entry& entry) {
  auto stored = store_.deployment(entry.id);
  if (!stored) return std::unexpected(stored.error());
  auto news = fleet_.refresh(entry.profile);
  if (!news) return std::unexpected(news.error());
  entry.deployment = std::move(*stored);
  Told staged{{}, AssignMode::Stage, {}};
  Told active{{}, AssignMode::Activate, {}};
  for (Assignment& assignment : *news)
    (assignment.staged ? staged : active).assignments.push_back(std::move(assignment));
  for (const Told& told : {staged, active})
    if (!told.assignments.empty()) delivery_.assigned(told.assignments, told.mode, told.spread);
  return {};
}

Result<void> DeploymentRunner::save(Entry& entry, Decision decision, const Caller* caller) {
  EffectWriter writer(store_, fleet_, versions_);
  auto writing = writer.write(decision, caller, time_.now());
  if (!writing) return std::unexpected(writing.error());
  auto done = committer_.commit(std::move(writing->changes));
  if (!done) return std::unexpected(done.error());
  entry.deployment = std::move(decision.next);
  ++entry.deployment.revision;
  if (writing->gate.owns_lock()) writing->gate.unlock();
  for (const Told& told : writing->told)
    delivery_.assigned(told.assignments, told.mode, told.spread);
  return {};
}

void DeploymentRunner::settle(const EntryPtr& entry, bool failed) {
  const std::lock_guard lock(mutex_);
  entry->busy = false;
  const Deployment& deployment = entry->deployment;
  if (is_terminal(deployment.state)) {
    entry->retired = true;
    if (const auto found = entries_.find(entry->id);
        found != entries_.end() && found->second == entry)
      entries_.erase(found);
    if (const auto found = by_profile_.find(entry->profile);
        found != by_profile_.end() && found->second == entry)
      by_profile_.erase(found);
    return;
  }
  by_profile_[entry->profile] = entry;
  const WallTime now = time_.now();
  entry->waiting = failed;
  if (failed) {
    entry->due = now + kStoreRetry;
    return;
  }
  entry->due =
      std::min(next_deadline(deployment).value_or(now + kJudgeAtLeast), now + kJudgeAtLeast);
  if (entry->judge_wanted) entry->due = std::min(*entry->due, entry->judged_at + kJudgeAtMost);
}

}  // namespace hotswap
