// The half of FleetService that listens to the other nodes of a cluster.
#include "domain/base/limits.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

std::vector<FleetService::Relayed> FleetService::take_outgoing() {
  const MutexLock lock(mutex_);
  return std::exchange(outgoing_, {});
}

void FleetService::take_relayed(const std::vector<Relayed>& relayed) {
  const WallTime now = time_.now();
  std::set<std::pair<ServiceName, std::string>> services;
  {
    const MutexLock lock(mutex_);
    for (const Relayed& each : relayed) {
      const auto found = live_.find(each.instance);
      if (found == live_.end() || found->second.here) continue;
      Instance& instance = found->second.instance;
      instance.last_heartbeat = now;
      windows_.add(each.instance, now, each.sample);
      services.emplace(instance.service, instance.environment);
    }
  }
  for (const auto& [service, environment] : services) tell_health(service, environment);
}

Result<FleetService::Live> FleetService::read_live(const InstanceId& id) {
  auto instance = store_.instance(id);
  if (!instance) return std::unexpected(std::move(instance.error()));
  auto assignments = store_.assignments_of(id);
  if (!assignments) return std::unexpected(std::move(assignments.error()));
  auto observations = store_.observations_of(id);
  if (!observations) return std::unexpected(std::move(observations.error()));
  Live live;
  live.instance = std::move(*instance);
  live.here = !shared() || live.instance.home == node_;
  for (Assignment& assignment : *assignments)
    live.desired[assignment.profile] = std::move(assignment);
  for (Observation& seen : *observations) {
    live.reported[seen.profile] = seen.generation;
    live.observed[seen.profile] = std::move(seen);
  }
  return live;
}

Result<void> FleetService::know(const InstanceId& id) {
  if (!shared()) return {};
  {
    const MutexLock lock(mutex_);
    if (live_.contains(id)) return {};
  }
  return learn({id});
}

Result<void> FleetService::learn(const std::set<InstanceId>& ids) {
  std::vector<InstanceId> gone, silent;
  for (const InstanceId& id : ids) {
    auto read = read_live(id);
    if (!read && read.error().code == ErrorCode::NotFound) {
      gone.push_back(id);
      continue;
    }
    if (!read) return std::unexpected(std::move(read.error()));
    const MutexLock lock(mutex_);
    const auto found = live_.find(id);
    if (found == live_.end()) {
      read->instance.last_heartbeat = time_.now();
      const Live& live = live_.emplace(id, std::move(*read)).first->second;
      by_service_[{live.instance.service, live.instance.environment}].emplace(id, &live);
      continue;
    }
    Live& live = found->second;
    // What was heard here is newer than what was written of it.
    if (live.here && read->here) continue;
    // Another node missed that it has moved here, and takes it for silent.
    if (live.here && read->instance.status == InstanceStatus::Degraded &&
        is_heard(live.instance, time_.now())) {
      tell_at_home(id);
      continue;
    }
    const bool was_well = live.instance.status == InstanceStatus::Healthy;
    const WallTime heard = live.instance.last_heartbeat;
    live.instance = std::move(read->instance);
    live.instance.last_heartbeat = std::max(heard, live.instance.last_heartbeat);
    live.here = read->here;
    live.desired = std::move(read->desired);
    if (was_well && live.instance.status == InstanceStatus::Degraded) silent.push_back(id);
  }
  if (!gone.empty()) forget(gone);
  if (!silent.empty())
    for (const auto& listener : vanished_listeners_) listener(silent);
  return {};
}

Result<void> FleetService::learn(const ServiceName& service, const std::string& environment) {
  const auto stored = store_.instances_of(service, environment);
  if (!stored) return std::unexpected(stored.error());
  std::set<InstanceId> ids;
  for (const Instance& instance : *stored) ids.insert(instance.id);
  return learn(ids);
}

void FleetService::heard_elsewhere(const std::vector<InstanceId>& ids, const std::string& node) {
  const WallTime now = time_.now();
  const MutexLock lock(mutex_);
  for (const InstanceId& id : ids) {
    const auto found = live_.find(id);
    if (found == live_.end()) continue;
    Live& live = found->second;
    live.here = false;
    live.instance.home = node;
    live.instance.status = InstanceStatus::Healthy;
    live.instance.last_heartbeat = now;
    touched_.erase(id);
  }
}

void FleetService::observed_elsewhere(const std::vector<Observation>& observations) {
  {
    const MutexLock lock(mutex_);
    for (const Observation& seen : observations) {
      const auto found = live_.find(seen.instance);
      if (found == live_.end()) continue;
      found->second.reported[seen.profile] = seen.generation;
      static_cast<void>(keep_observed(found->second, seen));
    }
  }
  for (const Observation& seen : observations)
    for (const auto& listener : observed_listeners_) listener(seen);
}

void FleetService::adopt_homeless(const std::set<std::string>& living) {
  const WallTime now = time_.now();
  const MutexLock lock(mutex_);
  for (auto& [id, live] : live_) {
    if (live.here || living.contains(live.instance.home)) continue;
    live.here = true;
    live.instance.home = node_;
    live.instance.last_heartbeat = now;
    live.written = now;
    touched_.insert(id);
    news_.push_back(id);
  }
}

void FleetService::store_wrote() {
  const MutexLock lock(mutex_);
  attention_.written(time_.now());
}

bool FleetService::is_heard(const Instance& instance, WallTime now) const {
  return status_at(instance.last_heartbeat, now, options_.heartbeat_interval,
                   options_.remove_after) == InstanceStatus::Healthy;
}

std::size_t FleetService::at_home() const {
  const MutexLock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(live_, [](const auto& entry) { return entry.second.here; }));
}

}  // namespace hotswap
