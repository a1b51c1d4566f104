#include "orchestrator/deployment_runner.hpp"

#include "orchestrator/deployment_effects.hpp"
#include "orchestrator/deployment_evidence.hpp"

namespace hotswap {
namespace {

/// Health is looked at this often at most, and at least every kJudgeAtLeast.
constexpr Duration kJudgeAtMost = std::chrono::milliseconds(200);
constexpr Duration kJudgeAtLeast = std::chrono::seconds(30);
/// A store that failed is asked again after this long.
constexpr Duration kRetry = std::chrono::seconds(1);
constexpr int kConflictRetries = 5;
constexpr std::size_t kReportsKept = 200'000;

TargetState target_state_of(ObservedState state) {
  switch (state) {
    case ObservedState::Received:
    case ObservedState::Validated:
      return TargetState::Received;
    case ObservedState::Staged:
      return TargetState::Staged;
    case ObservedState::Applied:
    case ObservedState::Running:
      return TargetState::Applied;
    case ObservedState::Rejected:
      return TargetState::Rejected;
  }
  return TargetState::Received;
}

}  // namespace

struct DeploymentRunner::Entry {
  std::mutex mutex;  ///< one thread at a time decides; guards the next four
  Deployment deployment;
  bool retired = false;  ///< ended and taken out: whoever waited for it looks it up anew
  WallTime judged_at{};
  bool judge_wanted = false;  ///< data came too soon after the last look

  // Guarded by the runner's mutex.
  std::vector<TargetReport> reports;
  std::vector<InstanceId> vanished;
  bool health = false;
  bool busy = false;
  std::optional<WallTime> due;
  bool waiting = false;  ///< for the store to come back: nothing is tried before `due`
  DeploymentId id;
  ProfileName profile;
  ServiceName service;
  std::string environment;

  [[nodiscard]] bool pending() const {
    return !waiting && (!reports.empty() || !vanished.empty() || health);
  }
};

DeploymentRunner::DeploymentRunner(const Parts& parts)
    : store_(parts.store),
      committer_(parts.committer),
      fleet_(parts.fleet),
      versions_(parts.versions),
      delivery_(parts.delivery),
      logger_(parts.logger),
      time_(parts.clock) {
  fleet_.on_observed([this](const Observation& seen) { observed(seen); });
  fleet_.on_health([this](const ServiceName& service, const std::string& environment) {
    health_arrived(service, environment);
  });
  fleet_.on_vanished([this](const std::vector<InstanceId>& instances) { vanished(instances); });
}

DeploymentRunner::~DeploymentRunner() { stop(); }

Result<void> DeploymentRunner::load() {
  auto active = store_.active_deployments();
  if (!active) return std::unexpected(active.error());
  for (Deployment& deployment : *active) {
    // What instances said while nobody decided counts as well.
    const ProfileName profile = deployment.profile;
    adopt(std::move(deployment));
    for (const Observation& seen : fleet_.observed(profile)) observed(seen);
  }
  return {};
}

DeploymentRunner::EntryPtr DeploymentRunner::insert(Deployment deployment) {
  auto entry = std::make_shared<Entry>();
  entry->id = deployment.id;
  entry->profile = deployment.profile;
  entry->service = deployment.service;
  entry->environment = deployment.environment;
  const bool ended = is_terminal(deployment.state);
  // One that has ended is only loaded for a command, and gone after it.
  if (!ended) entry->due = time_.now();
  entry->deployment = std::move(deployment);
  const std::lock_guard lock(mutex_);
  const auto [place, inserted] = entries_.emplace(entry->id, entry);
  if (inserted && !ended) by_profile_[entry->profile] = entry;
  return place->second;
}

void DeploymentRunner::adopt(Deployment deployment) {
  const EntryPtr entry = insert(std::move(deployment));
  {
    const std::lock_guard deciding(entry->mutex);
    note_missing(entry->deployment);
  }
  wake_.notify_one();
}

void DeploymentRunner::note_missing(const Deployment& deployment) {
  std::set<InstanceId> there;
  for (const Instance& instance : fleet_.live(deployment.service, deployment.environment))
    there.insert(instance.id);
  std::vector<InstanceId> missing;
  for (const Target& target : deployment.targets)
    if (!there.contains(target.instance)) missing.push_back(target.instance);
  if (!missing.empty()) vanished(missing);
}

DeploymentRunner::EntryPtr DeploymentRunner::find_or_load(const DeploymentId& id, Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(id); found != entries_.end()) return found->second;
  }
  auto stored = store_.deployment(id);
  if (stored) return insert(std::move(*stored));
  error = stored.error();
  return nullptr;
}

Result<Deployment> DeploymentRunner::command(const Caller& caller, const DeploymentId& id,
                                             const DeploymentEvent& command) {
  for (;;) {
    Error error;
    const EntryPtr entry = find_or_load(id, error);
    if (!entry) return std::unexpected(error);
    const std::lock_guard deciding(entry->mutex);
    if (entry->retired) continue;
    const bool had_ended = is_terminal(entry->deployment.state);
    auto done = apply(*entry, command, &caller);
    settle(entry, false);
    // It is only now that observations reach a deployment that goes on after its end; instances may
    // have answered before.
    if (had_ended && !entry->retired)
      for (const Observation& seen : fleet_.observed(entry->profile)) observed(seen);
    wake_.notify_one();
    if (!done) return std::unexpected(done.error());
    return entry->deployment;
  }
}

void DeploymentRunner::observed(const Observation& seen) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_profile_.find(seen.profile);
    if (found == by_profile_.end() || found->second->reports.size() >= kReportsKept) return;
    found->second->reports.push_back(
        {seen.instance, seen.generation, target_state_of(seen.state), seen.error, seen.version});
  }
  wake_.notify_one();
}

void DeploymentRunner::health_arrived(const ServiceName& service, const std::string& environment) {
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      if (entry->service == service && entry->environment == environment)
        any = entry->health = true;
  }
  if (any) wake_.notify_one();
}

void DeploymentRunner::vanished(const std::vector<InstanceId>& instances) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      entry->vanished.insert(entry->vanished.end(), instances.begin(), instances.end());
  }
  wake_.notify_all();
}

DeploymentRunner::EntryPtr DeploymentRunner::take_due(WallTime now) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : entries_) {
    const bool due = entry->due && *entry->due <= now;
    if (entry->busy || (!due && !entry->pending())) continue;
    entry->busy = true;
    entry->waiting = false;
    return entry;
  }
  return nullptr;
}

std::optional<WallTime> DeploymentRunner::earliest() const {
  std::optional<WallTime> earliest;
  for (const auto& [id, entry] : entries_) {
    if (entry->busy) continue;
    if (entry->pending()) return WallTime{};
    if (entry->due && (!earliest || *entry->due < *earliest)) earliest = entry->due;
  }
  return earliest;
}

void DeploymentRunner::run_due() {
  while (const EntryPtr entry = take_due(time_.now())) handle(entry);
}

void DeploymentRunner::start(int threads) {
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { drive(stop); });
}

void DeploymentRunner::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
  threads_.clear();
}

void DeploymentRunner::drive(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    run_due();
    std::unique_lock lock(mutex_);
    const auto next = earliest();
    const WallTime now = time_.now();
    if (next && *next <= now) continue;
    // Woken by events; the timeout is for deadlines.
    const Duration wait = next ? std::min<Duration>(*next - now, kRetry) : kRetry;
    wake_.wait_for(lock, stop, wait, [&] {
      const auto due = earliest();
      return due && *due <= time_.now();
    });
  }
}

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
    entry->due = now + kRetry;
    return;
  }
  entry->due =
      std::min(next_deadline(deployment).value_or(now + kJudgeAtLeast), now + kJudgeAtLeast);
  if (entry->judge_wanted) entry->due = std::min(*entry->due, entry->judged_at + kJudgeAtMost);
}

std::size_t DeploymentRunner::active() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace hotswap
