// What others ask FleetService of the instances that it knows; from memory.
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

std::vector<Instance> FleetService::live(const ServiceName& service,
                                         const std::string& environment) const {
  const MutexLock lock(mutex_);
  std::vector<Instance> instances;
  const auto ids = by_service_.find({service, environment});
  if (ids == by_service_.end()) return instances;
  instances.reserve(ids->second.size());
  for (const InstanceId& id : ids->second) instances.push_back(live_.at(id).instance);
  return instances;
}

bool FleetService::has(const InstanceId& id, const ServiceName& service,
                       const std::string& environment) const {
  const MutexLock lock(mutex_);
  const auto found = live_.find(id);
  return found != live_.end() && found->second.instance.service == service &&
         found->second.instance.environment == environment;
}

std::vector<std::optional<SemVer>> FleetService::told(
    const ProfileName& profile, const std::vector<Instance>& instances) const {
  std::vector<std::optional<SemVer>> versions(instances.size());
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const auto found = live_.find(instances[i].id);
    if (found == live_.end()) continue;
    const auto desired = found->second.desired.find(profile);
    if (desired == found->second.desired.end() || !desired->second.active) continue;
    versions[i] = desired->second.active->version;
  }
  return versions;
}

bool FleetService::says_it_runs(const InstanceId& id, const ProfileName& profile,
                                const SemVer& version, const std::string& hash) const {
  const MutexLock lock(mutex_);
  const auto found = live_.find(id);
  if (found == live_.end()) return false;
  const auto said = found->second.observed.find(profile);
  return said != found->second.observed.end() && runs(said->second) &&
         said->second.version == version && said->second.hash == hash;
}

std::string FleetService::host(const InstanceId& id) const {
  const MutexLock lock(mutex_);
  const auto found = live_.find(id);
  return found == live_.end() ? std::string() : found->second.instance.hostname;
}

std::vector<Assignment> FleetService::assigned(const ProfileName& profile) const {
  const MutexLock lock(mutex_);
  std::vector<Assignment> assignments;
  for (const auto& [id, live] : live_)
    if (const auto found = live.desired.find(profile); found != live.desired.end())
      assignments.push_back(found->second);
  return assignments;
}

std::vector<Observation> FleetService::observed(const ProfileName& profile) const {
  const MutexLock lock(mutex_);
  std::vector<Observation> observations;
  for (const auto& [id, live] : live_)
    if (const auto found = live.observed.find(profile); found != live.observed.end())
      observations.push_back(found->second);
  return observations;
}

Sample FleetService::sum(const InstanceId& id, WallTime from, WallTime to) const {
  const MutexLock lock(mutex_);
  return windows_.sum(id, from, to);
}

InstanceCensus FleetService::census() const {
  InstanceCensus census;
  const MutexLock lock(mutex_);
  for (const auto& [id, live] : live_) {
    auto& count = census[{live.instance.service, live.instance.environment}];
    ++count.registered;
    if (live.instance.status == InstanceStatus::Healthy) ++count.healthy;
  }
  return census;
}

std::size_t FleetService::size() const {
  const MutexLock lock(mutex_);
  return live_.size();
}

}  // namespace hotswap
