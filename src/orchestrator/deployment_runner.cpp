#include "orchestrator/deployment_runner.hpp"

#include "orchestrator/deployment_entry.hpp"

namespace hotswap {
namespace {

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
  // In turn, beginning behind the one that was taken last, so that a busy deployment starves none.
  auto next = entries_.upper_bound(last_taken_);
  for (std::size_t looked = 0; looked < entries_.size(); ++looked, ++next) {
    if (next == entries_.end()) next = entries_.begin();
    const EntryPtr& entry = next->second;
    const bool due = entry->due && *entry->due <= now;
    if (entry->busy || (!due && !entry->pending())) continue;
    entry->busy = true;
    entry->waiting = false;
    last_taken_ = entry->id;
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
    const Duration wait = next ? std::min<Duration>(*next - now, kStoreRetry) : kStoreRetry;
    wake_.wait_for(lock, stop, wait, [&] {
      const auto due = earliest();
      return due && *due <= time_.now();
    });
  }
}

std::size_t DeploymentRunner::active() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace hotswap
