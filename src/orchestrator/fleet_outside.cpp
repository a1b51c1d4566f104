// What FleetService learns of instances from others than themselves.
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

void FleetService::take_sample(const InstanceId& id, const Sample& sample) {
  if (sample.empty()) return;
  ServiceName service;
  std::string environment;
  {
    const MutexLock lock(mutex_);
    const auto found = live_.find(id);
    if (found == live_.end()) return;
    windows_.add(id, time_.now(), sample);
    service = found->second.instance.service;
    environment = found->second.instance.environment;
  }
  tell_health(service, environment);
}

void FleetService::take_probe(const InstanceId& id, ProbeResult result) {
  Sample sample;
  sample.checks = 1;
  sample.failed_checks = result.healthy ? 0 : 1;
  {
    const MutexLock lock(mutex_);
    const auto found = live_.find(id);
    if (found == live_.end()) return;
    found->second.probe = std::move(result);
  }
  take_sample(id, sample);
}

std::vector<LogLine> FleetService::log_lines(const InstanceId& id) const {
  const MutexLock lock(mutex_);
  const auto found = live_.find(id);
  if (found == live_.end()) return {};
  return {found->second.logs.begin(), found->second.logs.end()};
}

std::vector<std::pair<InstanceId, std::string>> FleetService::health_urls(
    const std::function<bool(const InstanceId&)>& wanted) const {
  std::vector<std::pair<InstanceId, std::string>> urls;
  const MutexLock lock(mutex_);
  for (const auto& [id, live] : live_)
    if (!live.instance.health_url.empty() && wanted(id))
      urls.emplace_back(id, live.instance.health_url);
  return urls;
}

}  // namespace hotswap
