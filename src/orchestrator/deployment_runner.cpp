#include "orchestrator/deployment_runner.hpp"

#include "orchestrator/deployment_entry.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kReportsKept = 200'000;
constexpr int kHookThreads = 4;

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

/// When the first was told; nothing if the baseline is known, or nobody was told yet.
std::optional<WallTime> baseline_missing(const Deployment& deployment) {
  std::optional<WallTime> first;
  if (deployment.baseline) return first;
  for (const Target& target : deployment.targets)
    if (is_told(target) && (!first || target.since < *first)) first = target.since;
  return first;
}

}  // namespace

DeploymentRunner::DeploymentRunner(const Parts& parts)
    : store_(parts.store),
      committer_(parts.committer),
      fleet_(parts.fleet),
      versions_(parts.versions),
      delivery_(parts.delivery),
      logger_(parts.logger),
      measurements_(parts.measurements),
      thread_cpu_(parts.thread_cpu),
      cpu_share_(parts.cpu_share),
      tracer_(parts.tracer),
      time_(parts.clock),
      hooks_(parts.hooks, [this](const DeploymentId& id, HookAnswered answer) {
        hook_answered(id, std::move(answer));
      }) {
  committer_.on_assigned([this](const Assigned& assigned) {
    if (const auto& how = assigned.telling)
      delivery_.assigned(assigned.assignments, how->mode, how->spread);
  });
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
  for (Deployment& deployment : *active) adopt(std::move(deployment));
  return {};
}

DeploymentRunner::EntryPtr DeploymentRunner::entry_of(Deployment deployment) {
  auto entry = std::make_shared<Entry>();
  entry->id = deployment.id;
  entry->profile = deployment.profile;
  entry->service = deployment.service;
  entry->environment = deployment.environment;
  entry->deployment = std::make_shared<const Deployment>(std::move(deployment));
  entry->published = entry->deployment;
  return entry;
}

void DeploymentRunner::insert(const EntryPtr& entry) {
  entry->due = time_.now();
  const std::lock_guard lock(mutex_);
  if (entries_.emplace(entry->id, entry).second) by_profile_[entry->profile] = entry;
}

bool DeploymentRunner::reserve(const EntryPtr& entry) {
  const std::lock_guard lock(mutex_);
  if (!by_profile_.try_emplace(entry->profile, entry).second) return false;
  entry->busy = true;
  entries_.emplace(entry->id, entry);
  return true;
}

Result<void> DeploymentRunner::start(const Deployment& deployment, ChangeSet first) {
  if (deployment.targets.size() >= kLargeFleet && !sharing_.take)
    if (auto started = start_at_once(deployment, first)) return *std::move(started);
  if (auto done = committer_.commit(std::move(first)); !done) return std::unexpected(done.error());
  begin(deployment);
  return {};
}

void DeploymentRunner::begin(Deployment deployment, bool reverts) {
  if (sharing_.take && !sharing_.take(deployment.id)) return;
  take_in(std::move(deployment), reverts);
}

void DeploymentRunner::adopt(Deployment deployment) {
  trace_takeover(deployment);
  take_in(std::move(deployment), false);
}

void DeploymentRunner::take_in(Deployment deployment, bool reverts) {
  const EntryPtr entry = entry_of(std::move(deployment));
  const DeploymentPtr taken = entry->deployment;
  entry->reverts = reverts;
  entry->baseline_until = baseline_missing(*taken);
  insert(entry);
  wake_.notify_one();
  note_missing(*taken);
  note_traffic(*taken);
  // What instances said while nobody decided counts as well.
  if (std::ranges::any_of(taken->targets, is_told))
    for (const Observation& seen : fleet_.observed(taken->profile)) observed(seen);
}

void DeploymentRunner::leave(const DeploymentId& id) {
  const EntryPtr entry = find(id);
  if (!entry) return;
  const std::lock_guard deciding(entry->mutex);
  retire(entry);
}

bool DeploymentRunner::retire(const EntryPtr& entry) {
  const std::lock_guard lock(mutex_);
  entry->retired = true;
  entry->busy = false;
  const auto profile = by_profile_.find(entry->profile);
  if (profile != by_profile_.end() && profile->second == entry) by_profile_.erase(profile);
  const auto found = entries_.find(entry->id);
  if (found == entries_.end() || found->second != entry) return false;
  entries_.erase(found);
  return true;
}

void DeploymentRunner::changed_elsewhere(const DeploymentId& id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second->news.changed = true;
  }
  wake_.notify_one();
}

void DeploymentRunner::note_missing(const Deployment& deployment) {
  std::vector<InstanceId> missing;
  for (const Target& target : deployment.targets)
    if (!fleet_.has(target.instance, deployment.service, deployment.environment))
      missing.push_back(target.instance);
  if (!missing.empty()) vanished(missing);
}

void DeploymentRunner::note_traffic(const Deployment& deployment) {
  if (!deployment.pools) return;
  const auto traffic = store_.traffic(deployment.service, deployment.environment);
  if (traffic && traffic->confirmed == traffic->generation)
    traffic_switched(deployment.service, deployment.environment,
                     {.generation = traffic->generation, .ok = true, .detail = {}});
}

DeploymentRunner::EntryPtr DeploymentRunner::find(const DeploymentId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second;
}

Result<DeploymentRunner::EntryPtr> DeploymentRunner::visit(const DeploymentId& id) {
  auto stored = store_.deployment(id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  auto entry = entry_of(std::move(*stored));
  entry->visiting = true;
  return entry;
}

Result<Deployment> DeploymentRunner::command(const Caller& caller, const DeploymentId& id,
                                             const DeploymentEvent& command) {
  for (;;) {
    EntryPtr entry = find(id);
    if (!entry) {
      auto visited = visit(id);
      if (!visited) return std::unexpected(std::move(visited.error()));
      entry = std::move(*visited);
    }
    const std::lock_guard deciding(entry->mutex);
    if (entry->retired) continue;
    auto done = command_now(entry, caller, command);
    // Another node has taken it over meanwhile: it is told by way of the store.
    if (!done && entry->retired) continue;
    wake_.notify_one();
    return done;
  }
}

Result<std::vector<DeploymentRunner::EntryPtr>> DeploymentRunner::in_scope(
    const CalendarScope& scope) {
  const auto meant = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  auto active = store_.active_deployments();
  if (!active) return std::unexpected(std::move(active.error()));
  std::vector<EntryPtr> entries;
  for (Deployment& deployment : *active) {
    if (!meant(scope.environment, deployment.environment) ||
        !meant(scope.service, deployment.service.value) ||
        !meant(scope.profile, deployment.profile.value))
      continue;
    EntryPtr entry = find(deployment.id);
    if (!entry) {
      entry = entry_of(std::move(deployment));
      entry->visiting = true;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<ProfileName>> DeploymentRunner::pause_all(const Caller& caller,
                                                             const CalendarScope& scope,
                                                             const std::string& reason) {
  const auto entries = in_scope(scope);
  if (!entries) return std::unexpected(entries.error());
  std::vector<ProfileName> halted;
  for (const EntryPtr& entry : *entries) {
    const std::lock_guard deciding(entry->mutex);
    auto done = halt(entry, caller, reason);
    if (!done) return std::unexpected(done.error());
    if (*done) halted.push_back(entry->profile);
  }
  return halted;
}

// Thousands come at once: a thread is woken for the first and finds the others with it, the more so
// as it waits a little.
void DeploymentRunner::observed(const Observation& seen) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_profile_.find(seen.profile);
    if (found == by_profile_.end()) return;
    Entry& entry = *found->second;
    if (entry.news.reports.size() >= kReportsKept) return;
    const bool looked_at = entry.will_be_looked_at();
    const bool gathered = entry.gathered();
    if (entry.news.reports.empty()) entry.news.first_report = time_.now();
    entry.news.reports.push_back(
        {seen.instance, seen.generation, target_state_of(seen.state), seen.error, seen.version});
    entry.news.refused = entry.news.refused || seen.state == ObservedState::Rejected;
    wake = !looked_at || (!gathered && entry.gathered());
  }
  if (wake) wake_.notify_one();
}

void DeploymentRunner::health_arrived(const ServiceName& service, const std::string& environment) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (entry->service != service || entry->environment != environment) continue;
      wake = wake || !entry->will_be_looked_at();
      entry->news.health = true;
    }
  }
  if (wake) wake_.notify_one();
}

void DeploymentRunner::measured(const DeploymentId& id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second->news.health = true;
  }
  wake_.notify_one();
}

void DeploymentRunner::vanished(const std::vector<InstanceId>& instances) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      entry->news.vanished.insert(entry->news.vanished.end(), instances.begin(), instances.end());
  }
  wake_.notify_all();
}

void DeploymentRunner::traffic_switched(const ServiceName& service, const std::string& environment,
                                        const TrafficSwitched& switched) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      if (entry->service == service && entry->environment == environment && entry->published->pools)
        entry->news.switches.push_back(switched);
  }
  wake_.notify_all();
}

void DeploymentRunner::hook_answered(const DeploymentId& id, HookAnswered answer) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second->news.answers.push_back(std::move(answer));
  }
  wake_.notify_one();
}

DeploymentRunner::EntryPtr DeploymentRunner::take_due(WallTime now) {
  const std::lock_guard lock(mutex_);
  // In turn, beginning behind the one that was taken last, so that a busy deployment starves none.
  auto next = entries_.upper_bound(last_taken_);
  for (std::size_t looked = 0; looked < entries_.size(); ++looked, ++next) {
    if (next == entries_.end()) next = entries_.begin();
    const EntryPtr& entry = next->second;
    const auto wanted = entry->wanted_at();
    if (entry->busy || !wanted || *wanted > now) continue;
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
    const auto wanted = entry->wanted_at();
    if (wanted && (!earliest || *wanted < *earliest)) earliest = wanted;
  }
  return earliest;
}

void DeploymentRunner::handle_due() {
  while (const EntryPtr entry = take_due(time_.now())) handle(entry);
}

void DeploymentRunner::run_due() {
  do handle_due();
  while (hooks_.run_waiting());
}

void DeploymentRunner::start(int threads) {
  hooks_.start(kHookThreads);
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { drive(stop); });
}

void DeploymentRunner::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
  threads_.clear();
  hooks_.stop();
}

void DeploymentRunner::drive(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    handle_due();
    std::unique_lock lock(mutex_);
    const auto next = earliest();
    const WallTime now = time_.now();
    if (next && *next <= now) continue;
    // Woken by events, which may be due only in a while; the timeout is for deadlines.
    const Duration wait = next ? std::min<Duration>(*next - now, kStoreRetry) : kStoreRetry;
    wake_.wait_for(lock, stop, wait, [&] { return earliest() != next; });
  }
}

std::size_t DeploymentRunner::active() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<DeploymentPtr> DeploymentRunner::active_deployments() const {
  const std::lock_guard lock(mutex_);
  std::vector<DeploymentPtr> active;
  for (const auto& [id, entry] : entries_)
    if (!is_terminal(entry->published->state)) active.push_back(entry->published);
  return active;
}

std::vector<DeploymentRunner::Health> DeploymentRunner::health() const {
  const std::lock_guard lock(mutex_);
  std::vector<Health> all;
  for (const auto& [id, entry] : entries_)
    if (entry->judgement) all.push_back({entry->profile, *entry->judgement});
  return all;
}

}  // namespace hotswap
