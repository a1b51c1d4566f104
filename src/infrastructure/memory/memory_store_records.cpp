// The reads of a MemoryStore that follow deployments, what instances hold, and the journals.
#include <algorithm>

#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/memory/page.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap {
namespace {

using memory::State;

constexpr std::string_view kDeployments = "deployments";
constexpr std::string_view kAudit = "audit";
constexpr std::string_view kAuditByTime = "audit.time";

bool matches(const DeploymentFilter& filter, const Deployment& deployment) {
  return (filter.profile.empty() || filter.profile == deployment.profile.str()) &&
         (filter.state.empty() || filter.state == state_name(deployment.state)) &&
         (!filter.active_only || !is_terminal(deployment.state));
}

/// The resource itself, or anything below it.
bool resource_matches(const std::string& wanted, const std::string& is) {
  return wanted.empty() || is == wanted || is.starts_with(wanted + "/");
}

bool matches(const AuditFilter& filter, const AuditEntry& entry) {
  return (filter.actor.empty() || filter.actor == entry.actor) &&
         (filter.action.empty() || filter.action == entry.action) &&
         (filter.outcome.empty() || filter.outcome == entry.outcome) &&
         resource_matches(filter.resource, entry.resource) &&
         (!filter.from || entry.at >= *filter.from) && (!filter.to || entry.at < *filter.to);
}

/// What `map` holds for one instance; its rows exist only for existing profiles.
template <class T>
std::vector<T> of_instance(const State& state,
                           const std::map<std::pair<ProfileName, InstanceId>, T>& map,
                           const InstanceId& instance) {
  std::vector<T> found;
  for (const auto& [profile, unused] : state.profiles) {
    const auto it = map.find({profile, instance});
    if (it != map.end()) found.push_back(it->second);
  }
  return found;
}

template <class T>
std::vector<T> of_profile(const std::map<std::pair<ProfileName, InstanceId>, T>& map,
                          const ProfileName& profile) {
  std::vector<T> found;
  auto it = map.lower_bound({profile, InstanceId()});
  for (; it != map.end() && it->first.first == profile; ++it) found.push_back(it->second);
  return found;
}

}  // namespace

Deployment MemoryStore::with_targets(const Deployment& row) const {
  Deployment deployment = row;
  auto it = state_.targets.lower_bound({row.id, 0});
  for (; it != state_.targets.end() && it->first.first == row.id; ++it) {
    deployment.targets.push_back(it->second);
  }
  return deployment;
}

Result<Deployment> MemoryStore::deployment(const DeploymentId& id) {
  const MutexLock lock(mutex_);
  const auto found = state_.deployments.find(id);
  if (found == state_.deployments.end()) return std::unexpected(store::deployment_not_found(id));
  return with_targets(found->second.row);
}

Result<Page<Deployment>> MemoryStore::deployments(const DeploymentFilter& filter,
                                                  const PageRequest& page) {
  const MutexLock lock(mutex_);
  auto last = state_.deployments_by_start.end();
  if (!page.cursor.empty()) {
    const auto key = store::decode_number_cursor(kDeployments, page.cursor);
    if (!key) return std::unexpected(key.error());
    last = state_.deployments_by_start.lower_bound(*key);
  }
  const auto& rows = state_.deployments;
  return memory::fill_page<Deployment>(
      std::ranges::subrange(std::make_reverse_iterator(last), state_.deployments_by_start.rend()),
      {kDeployments, store::page_limit(page)},
      [&](const auto& entry) { return matches(filter, rows.at(entry.second).row); },
      [&](const auto& entry) { return rows.at(entry.second).row; },
      [](const auto& entry) { return std::to_string(entry.first); });
}

Result<std::optional<Deployment>> MemoryStore::active_deployment(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  const auto found = state_.active.find(profile);
  if (found == state_.active.end()) return std::optional<Deployment>();
  return with_targets(state_.deployments.at(found->second).row);
}

Result<std::vector<Deployment>> MemoryStore::active_deployments() {
  const MutexLock lock(mutex_);
  std::vector<Deployment> found;
  for (const auto& [profile, id] : state_.active) {
    found.push_back(with_targets(state_.deployments.at(id).row));
  }
  return found;
}

Result<std::vector<Assignment>> MemoryStore::assignments_of(const InstanceId& instance) {
  const MutexLock lock(mutex_);
  return of_instance(state_, state_.assignments, instance);
}

Result<std::vector<Assignment>> MemoryStore::assignments_of(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  return of_profile(state_.assignments, profile);
}

Result<std::vector<Observation>> MemoryStore::observations_of(const InstanceId& instance) {
  const MutexLock lock(mutex_);
  return of_instance(state_, state_.observations, instance);
}

Result<std::vector<Observation>> MemoryStore::observations_of(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  return of_profile(state_.observations, profile);
}

Result<std::vector<TimelineEvent>> MemoryStore::events(const EventFilter& filter,
                                                       std::uint64_t after, std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<TimelineEvent> found;
  auto it = state_.events.upper_bound(after);
  for (; it != state_.events.end() && found.size() < limit; ++it) {
    const TimelineEvent& event = it->second;
    if (!filter.profile.empty() && filter.profile != event.profile.str()) continue;
    if (!filter.deployment.empty() && filter.deployment != event.deployment.str()) continue;
    found.push_back(event);
  }
  return found;
}

Result<Page<AuditEntry>> MemoryStore::audit_by_time(const AuditFilter& filter,
                                                    const PageRequest& page) {
  using Place = std::pair<std::int64_t, std::uint64_t>;
  std::map<Place, const AuditEntry*> timed;
  for (const auto& [sequence, entry] : state_.audit)
    timed.emplace(Place(entry.at.time_since_epoch().count(), sequence), &entry);
  auto last = timed.end();
  if (!page.cursor.empty()) {
    const auto key = store::decode_time_cursor(kAuditByTime, page.cursor);
    if (!key) return std::unexpected(key.error());
    last = timed.lower_bound(*key);
  }
  return memory::fill_page<AuditEntry>(
      std::ranges::subrange(std::make_reverse_iterator(last), timed.rend()),
      {kAuditByTime, store::page_limit(page)},
      [&](const auto& entry) { return matches(filter, *entry.second); },
      [](const auto& entry) { return *entry.second; },
      [](const auto& entry) {
        return std::to_string(entry.first.first) + ' ' + std::to_string(entry.first.second);
      });
}

Result<std::vector<AuditCheckpoint>> MemoryStore::audit_checkpoints(std::uint64_t after,
                                                                    std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<AuditCheckpoint> found;
  auto it = state_.audit_checkpoints.upper_bound(after);
  for (; it != state_.audit_checkpoints.end() && found.size() < limit; ++it)
    found.push_back(it->second);
  return found;
}

Result<std::map<std::string, std::uint64_t>> MemoryStore::audit_cursors() {
  const MutexLock lock(mutex_);
  return state_.audit_cursors;
}

Result<Page<AuditEntry>> MemoryStore::audit(const AuditFilter& filter, const PageRequest& page) {
  const MutexLock lock(mutex_);
  if (filter.from || filter.to) return audit_by_time(filter, page);
  auto last = state_.audit.end();
  if (!page.cursor.empty()) {
    const auto key = store::decode_number_cursor(kAudit, page.cursor);
    if (!key) return std::unexpected(key.error());
    last = state_.audit.lower_bound(*key);
  }
  return memory::fill_page<AuditEntry>(
      std::ranges::subrange(std::make_reverse_iterator(last), state_.audit.rend()),
      {kAudit, store::page_limit(page)},
      [&](const auto& entry) { return matches(filter, entry.second); },
      [](const auto& entry) { return entry.second; },
      [](const auto& entry) { return std::to_string(entry.first); });
}

Result<std::vector<AuditEntry>> MemoryStore::audit_after(std::uint64_t sequence,
                                                         std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<AuditEntry> found;
  auto it = state_.audit.upper_bound(sequence);
  for (; it != state_.audit.end() && found.size() < limit; ++it) found.push_back(it->second);
  return found;
}

Result<std::optional<change::PutIdempotent>> MemoryStore::idempotent(const std::string& key,
                                                                     WallTime now) {
  const MutexLock lock(mutex_);
  const auto found = state_.idempotent.find(key);
  if (found == state_.idempotent.end() || found->second.expires <= now) {
    return std::optional<change::PutIdempotent>();
  }
  return found->second;
}

Result<StoreFigures> MemoryStore::figures() {
  const MutexLock lock(mutex_);
  StoreFigures figures;
  figures.profiles = state_.profiles.size();
  for (const auto& [name, profile] : state_.profiles) figures.live += profile.stable ? 1 : 0;
  figures.outbox = state_.outbox.size();
  for (const auto& [place, item] : state_.outbox)
    figures.oldest = std::min(figures.oldest.value_or(item.at), item.at);
  figures.dead = state_.dead_letters.size();
  return figures;
}

Result<void> MemoryStore::ping() { return {}; }

Result<StoreStatistics> MemoryStore::statistics() {
  const MutexLock lock(mutex_);
  StoreStatistics found;
  found.engine = "memory";
  found.rows = {{"profiles", state_.profiles.size()},   {"versions", state_.versions.size()},
                {"instances", state_.instances.size()}, {"deployments", state_.deployments.size()},
                {"events", state_.events.size()},       {"audit", state_.audit.size()},
                {"outbox", state_.outbox.size()}};
  return found;
}

Result<std::vector<RetentionRun>> MemoryStore::retention_runs() {
  const MutexLock lock(mutex_);
  std::vector<RetentionRun> found;
  for (const auto& [key, run] : state_.retention_runs) found.push_back(run);
  std::ranges::reverse(found);
  return found;
}

Result<std::vector<LoggedChange>> MemoryStore::changes(std::uint64_t after, std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<LoggedChange> found;
  for (auto it = state_.changes.upper_bound(after);
       it != state_.changes.end() && found.size() < limit; ++it)
    found.push_back(it->second.change);
  return found;
}

Result<std::uint64_t> MemoryStore::last_change() {
  const MutexLock lock(mutex_);
  return memory::last_key(state_.changes);
}

Result<std::vector<Revocation>> MemoryStore::revocations() {
  const MutexLock lock(mutex_);
  std::vector<Revocation> found;
  for (const auto& [instance, at] : state_.revocations) found.push_back({instance, at});
  return found;
}

Result<std::vector<ClusterNode>> MemoryStore::nodes() {
  const MutexLock lock(mutex_);
  std::vector<ClusterNode> found;
  for (const auto& [id, node] : state_.nodes) found.push_back(node);
  return found;
}

Result<std::vector<std::pair<DeploymentId, std::uint64_t>>> MemoryStore::active_fences() {
  const MutexLock lock(mutex_);
  std::vector<std::pair<DeploymentId, std::uint64_t>> found;
  for (const auto& [profile, id] : state_.active)
    found.emplace_back(id, state_.deployments.at(id).row.fence);
  return found;
}

}  // namespace hotswap
