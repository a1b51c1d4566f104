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
  for (const auto& [id, live] : ids->second) instances.push_back(live->instance);
  return instances;
}

bool FleetService::has(const InstanceId& id, const ServiceName& service,
                       const std::string& environment) const {
  const MutexLock lock(mutex_);
  const auto found = live_.find(id);
  return found != live_.end() && found->second.instance.service == service &&
         found->second.instance.environment == environment;
}

std::vector<Standing> FleetService::standing(const ProfileName& profile,
                                             const std::vector<Instance>& instances) const {
  std::vector<Standing> all(instances.size());
  const MutexLock lock(mutex_);
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const auto found = live_.find(instances[i].id);
    if (found == live_.end()) continue;
    const auto desired = found->second.desired.find(profile);
    if (desired == found->second.desired.end() || !desired->second.active) continue;
    const Assignment::Slot& slot = *desired->second.active;
    const auto said = found->second.observed.find(profile);
    all[i] = {slot.version, said != found->second.observed.end() && runs(said->second) &&
                                said->second.version == slot.version &&
                                said->second.hash == slot.hash};
  }
  return all;
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
