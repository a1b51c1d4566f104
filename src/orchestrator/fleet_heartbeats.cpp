// The hot half of FleetService: heartbeats in, batches out, silence noticed.
#include "domain/base/limits.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {
namespace {

bool runs(const Observation& seen) {
  return seen.state == ObservedState::Applied || seen.state == ObservedState::Running;
}

bool same_but_time(const Observation& a, const Observation& b) {
  return a.version == b.version && a.generation == b.generation && a.state == b.state &&
         a.hash == b.hash && a.error == b.error;
}

/// Drift: it says that it runs the desired generation, but the content is another.
std::optional<std::string> drift_of(const Observation& seen, const Assignment& desired) {
  if (!runs(seen) || !desired.active || seen.generation != desired.active->generation) return {};
  if (!seen.hash.empty() && seen.hash != desired.active->hash)
    return "runs content " + seen.hash.substr(0, 12) + " instead of " +
           desired.active->hash.substr(0, 12) + " for version " + desired.active->version.str();
  if (seen.version && *seen.version != desired.active->version)
    return "says that it runs " + seen.version->str() + " instead of " +
           desired.active->version.str();
  return {};
}

}  // namespace

void FleetService::on_observed(std::function<void(const Observation&)> listener) {
  observed_listeners_.push_back(std::move(listener));
}
void FleetService::on_health(std::function<void(const ServiceName&, const std::string&)> listener) {
  health_listeners_.push_back(std::move(listener));
}
void FleetService::on_vanished(std::function<void(const std::vector<InstanceId>&)> listener) {
  vanished_listeners_.push_back(std::move(listener));
}

void FleetService::note_drift(Live& live, const Observation& seen, WallTime now) {
  const auto desired = live.desired.find(seen.profile);
  if (desired == live.desired.end()) return;
  const auto drift = drift_of(seen, desired->second);
  if (!drift || !live.drifted.insert(seen.profile.value + ' ' + seen.hash).second) return;
  if (events_.size() >= limits::kEventBacklog) return;
  TimelineEvent event;
  event.at = now;
  event.kind = "drift.detected";
  event.profile = seen.profile;
  event.instance = seen.instance;
  event.actor = "system";
  event.message = "Instance " + live.instance.hostname + " " + *drift;
  event.data = json::Object{{"desiredHash", desired->second.active->hash},
                            {"observedHash", seen.hash},
                            {"generation", seen.generation}};
  events_.push_back(std::move(event));
}

void FleetService::take(Live& live, Observation seen, std::vector<Observation>& news) {
  // An instance can only speak of profiles that it was given: anything else is ignored.
  const auto desired = live.desired.find(seen.profile);
  if (desired == live.desired.end()) return;
  note_drift(live, seen, seen.at);
  news.push_back(seen);
  Observation& known = live.observed[seen.profile];
  const bool changed = known.at == WallTime{} || !same_but_time(known, seen);
  // Staged and Rejected speak of another version than the one that runs: what runs stays known.
  if (changed && (runs(seen) || !runs(known))) {
    known = seen;
    dirty_[{seen.instance, seen.profile}] = std::move(seen);
  }
}

Result<HeartbeatReply> FleetService::heartbeat(const Caller& caller, const InstanceId& id,
                                               Heartbeat heartbeat) {
  if (auto ok = authorize(caller.principal, Action::InstanceReport, nullptr, &id); !ok)
    return std::unexpected(ok.error());
  const WallTime now = time_.now();
  HeartbeatReply reply{options_.heartbeat_interval, {}};
  std::vector<Observation> news;
  ServiceName service;
  std::string environment;
  {
    const std::lock_guard lock(mutex_);
    const auto found = live_.find(id);
    if (found == live_.end())
      return fail(ErrorCode::NotFound, "instance.not_found",
                  "Instance " + id.value + " is not registered (any more): register again.");
    Live& live = found->second;
    live.instance.last_heartbeat = now;
    live.instance.status = InstanceStatus::Healthy;
    service = live.instance.service;
    environment = live.instance.environment;
    touched_.insert(id);
    if (!heartbeat.metrics.empty()) windows_.add(id, now, heartbeat.metrics);
    for (Observation& seen : heartbeat.observed) {
      seen.instance = id;
      seen.at = now;
      take(live, std::move(seen), news);
    }
    for (const auto& [profile, desired] : live.desired) {
      const auto seen = live.observed.find(profile);
      const std::uint64_t reported = seen == live.observed.end() ? 0 : seen->second.generation;
      const std::uint64_t wanted = std::max(desired.active ? desired.active->generation : 0,
                                            desired.staged ? desired.staged->generation : 0);
      if (wanted > reported) reply.changed.push_back(profile);
    }
  }
  for (const Observation& seen : news)
    for (const auto& listener : observed_listeners_) listener(seen);
  if (!heartbeat.metrics.empty())
    for (const auto& listener : health_listeners_) listener(service, environment);
  return reply;
}

void FleetService::flush() {
  ChangeSet changes;
  {
    const std::lock_guard lock(mutex_);
    if (!touched_.empty()) {
      change::TouchInstances touch;
      for (const InstanceId& id : touched_)
        if (const auto found = live_.find(id); found != live_.end())
          touch.heartbeats.emplace_back(id, found->second.instance.last_heartbeat);
      changes.push_back(std::move(touch));
      touched_.clear();
    }
    if (!dirty_.empty()) {
      change::PutObservations put;
      for (auto& [key, seen] : dirty_) put.observations.push_back(std::move(seen));
      changes.push_back(std::move(put));
      dirty_.clear();
    }
    for (TimelineEvent& event : events_) changes.push_back(change::AppendEvent{std::move(event)});
    events_.clear();
  }
  if (changes.empty()) return;
  // A failed batch is not repeated: the registry in memory is ahead, and every heartbeat says again
  // what runs. Drift events would be lost, so those instances are told of anew.
  if (auto done = committer_.commit(std::move(changes)); !done) {
    const std::lock_guard lock(mutex_);
    for (auto& [id, live] : live_) {
      live.drifted.clear();
      for (auto& [profile, seen] : live.observed) dirty_[{id, profile}] = seen;
    }
  }
}

void FleetService::sweep() {
  const WallTime now = time_.now();
  std::vector<InstanceId> degraded, removed;
  ChangeSet changes;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, live] : live_) {
      const auto status = status_at(live.instance.last_heartbeat, now, options_.heartbeat_interval,
                                    options_.remove_after);
      if (status == live.instance.status || status == InstanceStatus::Healthy) continue;
      if (status == InstanceStatus::Removed) {
        removed.push_back(id);
        changes.push_back(change::DeleteInstance{id});
      } else {
        degraded.push_back(id);
        changes.push_back(change::SetInstanceStatus{id, status});
      }
      changes.push_back(change::AppendEvent{silence(live, status, now)});
    }
  }
  if (changes.empty()) return;
  if (auto done = committer_.commit(std::move(changes)); !done)
    return;  // the next sweep tries again
  set_degraded(degraded);
  if (!removed.empty()) forget(removed);
}

void FleetService::set_degraded(const std::vector<InstanceId>& ids) {
  if (ids.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (const InstanceId& id : ids)
      if (const auto found = live_.find(id); found != live_.end())
        found->second.instance.status = InstanceStatus::Degraded;
  }
  for (const auto& listener : vanished_listeners_) listener(ids);
}

TimelineEvent FleetService::silence(const Live& live, InstanceStatus status, WallTime now) const {
  const bool gone = status == InstanceStatus::Removed;
  TimelineEvent event;
  event.at = now;
  event.kind = gone ? "instance.removed" : "instance.degraded";
  event.instance = live.instance.id;
  event.actor = "system";
  event.message = "Instance " + live.instance.hostname + " has been silent since " +
                  format_time(live.instance.last_heartbeat) + (gone ? ": removed" : "");
  return event;
}

}  // namespace hotswap
