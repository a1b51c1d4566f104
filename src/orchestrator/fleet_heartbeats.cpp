// The hot half of FleetService: heartbeats in, batches out, silence noticed.
#include "domain/base/limits.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {
namespace {

constexpr Duration kWriteHeartbeats = std::chrono::seconds(30);
constexpr Duration kTold = std::chrono::minutes(2);
constexpr Duration kGatherTouches = std::chrono::seconds(1);
constexpr std::size_t kStorm = 1000;  ///< instances that say something new at once
/// Observations; who commits meanwhile need not wait for all of a storm.
constexpr std::size_t kWrittenAtOnce = 1000;
constexpr int kCommitsAtOnce = 64;  ///< the next flush goes on

bool same_but_time(const Observation& a, const Observation& b) {
  return a.version == b.version && a.generation == b.generation && a.state == b.state &&
         a.hash == b.hash && a.error == b.error;
}

/// What the server wants where the instance speaks of; null if it wants nothing there.
const Assignment::Slot* wanted_slot(const Observation& seen, const Assignment& desired) {
  if (runs(seen) && desired.active) return &*desired.active;
  if (seen.state == ObservedState::Staged && desired.staged) return &*desired.staged;
  return nullptr;
}

/// Drift: it says that it runs (or holds) the desired generation, but the content is another.
std::optional<std::string> drift_of(const Observation& seen, const Assignment::Slot& wanted) {
  if (seen.generation != wanted.generation) return {};
  const std::string has = runs(seen) ? "runs" : "has staged";
  if (!seen.hash.empty() && seen.hash != wanted.hash)
    return has + " content " + seen.hash.substr(0, 12) + " instead of " +
           wanted.hash.substr(0, 12) + " for version " + wanted.version.str();
  if (seen.version && *seen.version != wanted.version)
    return "says that it " + has + " " + seen.version->str() + " instead of " +
           wanted.version.str();
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

bool FleetService::note_drift(Live& live, const Observation& seen) {
  const auto desired = live.desired.find(seen.profile);
  if (desired == live.desired.end()) return false;
  const auto* wanted = wanted_slot(seen, desired->second);
  if (wanted == nullptr) return false;
  const auto drift = drift_of(seen, *wanted);
  if (!drift) return false;
  const std::pair what(seen.generation, seen.hash);
  if (std::exchange(live.drifted[seen.profile], what) == what) return true;
  if (events_.size() >= limits::kEventBacklog) return true;
  TimelineEvent event;
  event.at = seen.at;
  event.kind = "drift.detected";
  event.profile = seen.profile;
  event.instance = seen.instance;
  event.actor = "system";
  event.message = "Instance " + live.instance.hostname + " " + *drift;
  event.data = json::Object{
      {"desiredHash", wanted->hash}, {"observedHash", seen.hash}, {"generation", seen.generation}};
  events_.push_back(std::move(event));
  return true;
}

void FleetService::take(Live& live, Observation seen, std::vector<Observation>& news) {
  // An instance can only speak of profiles that it was given: anything else is ignored.
  const auto desired = live.desired.find(seen.profile);
  if (desired == live.desired.end()) return;
  live.reported[seen.profile] = seen.generation;
  // Said again and again until a heartbeat is answered: counted when it is news.
  const Observation& known = live.observed[seen.profile];
  const bool changed = known.at == WallTime{} || !same_but_time(known, seen);
  if (!changed || seen.state != ObservedState::Applied) seen.reload.reset();
  // Who has other content has not applied, or staged, what it was told.
  if (!note_drift(live, seen)) news.push_back(seen);
  if (changed && keep_observed(live, seen)) {
    write_later(live, seen.profile);
  } else if (changed && shared() && is_to_be_told(live, seen)) {
    told_[{seen.instance, seen.profile}] = std::move(seen);
  }
}

void FleetService::write_later(Live& live, const ProfileName& profile) {
  if (unwritten_.empty()) unwritten_since_ = time_.now();
  if (!std::exchange(live.listed, true)) unwritten_.push_back(&live);
  if (std::ranges::find(live.unwritten, profile) == live.unwritten.end())
    live.unwritten.push_back(profile);
}

std::vector<Observation> FleetService::take_unwritten() {
  std::vector<Observation> observations;
  while (!unwritten_.empty() && observations.size() < kWrittenAtOnce) {
    Live& live = *unwritten_.back();
    unwritten_.pop_back();
    live.listed = false;
    for (const ProfileName& profile : std::exchange(live.unwritten, {}))
      observations.push_back(live.observed.at(profile));
  }
  return observations;
}

bool FleetService::keep_observed(Live& live, const Observation& seen) {
  Observation& known = live.observed[seen.profile];
  // Staged and Rejected speak of another version than the one that runs: what runs stays known, but
  // for one that refuses what it ran, since it went back by itself.
  const bool left = seen.state == ObservedState::Rejected && seen.generation == known.generation &&
                    seen.hash == known.hash;
  if (!runs(seen) && runs(known) && !left) return false;
  known = seen;
  return true;
}

// Whoever drives may be another node, or become one that was not there to hear it: it is told as
// often as it is said, for as long as a takeover may take.
bool FleetService::is_to_be_told(Live& live, const Observation& seen) {
  auto& [last, since] = live.beside[seen.profile];
  if (since == WallTime{} || !same_but_time(last, seen)) since = seen.at;
  last = seen;
  return seen.at - since < kTold;
}

bool FleetService::note_heard(Live& live, WallTime now) {
  Instance& instance = live.instance;
  const bool news = !live.here || instance.status != InstanceStatus::Healthy ||
                    (shared() && instance.home != node_);
  instance.last_heartbeat = now;
  instance.status = InstanceStatus::Healthy;
  instance.home = node_;
  live.here = true;
  if (news) news_.push_back(instance.id);
  // Silence is told from memory: what is written is for people and for the next start.
  const Duration write_every = std::min<Duration>(kWriteHeartbeats, options_.remove_after / 4);
  if (!news && now - live.written < write_every) return false;
  live.written = now;
  return true;
}

bool FleetService::take_measured(Live& live, Heartbeat& heartbeat, WallTime now) {
  if (heartbeat.sequence) {
    if (live.sequence && *heartbeat.sequence <= *live.sequence) return false;
    live.sequence = heartbeat.sequence;
  }
  for (LogLine& line : heartbeat.logs) {
    line.at = std::min(line.at, now);
    live.logs.push_back(std::move(line));
    if (live.logs.size() > limits::kInstanceLogLines) live.logs.pop_front();
  }
  if (heartbeat.metrics.empty()) return false;
  windows_.add(live.instance.id, now, heartbeat.metrics);
  if (shared() && outgoing_.size() < limits::kRelayed)
    outgoing_.push_back({live.instance.id, heartbeat.metrics});
  return true;
}

HeartbeatReply FleetService::answer(const Live& live, Duration interval) {
  HeartbeatReply reply{interval, {}};
  for (const auto& [profile, desired] : live.desired) {
    const auto seen = live.reported.find(profile);
    const std::uint64_t reported = seen == live.reported.end() ? 0 : seen->second;
    const std::uint64_t wanted = std::max(desired.active ? desired.active->generation : 0,
                                          desired.staged ? desired.staged->generation : 0);
    if (wanted > reported) reply.changed.push_back(profile);
  }
  return reply;
}

void FleetService::tell_health(const ServiceName& service, const std::string& environment) const {
  for (const auto& listener : health_listeners_) listener(service, environment);
}

Result<HeartbeatReply> FleetService::heartbeat(const Caller& caller, const InstanceId& id,
                                               Heartbeat heartbeat) {
  if (auto ok = authorize(caller.principal, Action::InstanceReport, nullptr, &id); !ok)
    return std::unexpected(ok.error());
  if (auto known = know(id); !known) return std::unexpected(known.error());
  const WallTime now = time_.now();
  HeartbeatReply reply;
  std::vector<Observation> news;
  ServiceName service;
  std::string environment;
  bool measured = false;
  {
    const MutexLock lock(mutex_);
    const auto found = live_.find(id);
    if (found == live_.end())
      return fail(ErrorCode::NotFound, "instance.not_found",
                  "Instance " + id.value + " is not registered (any more): register again.");
    Live& live = found->second;
    service = live.instance.service;
    environment = live.instance.environment;
    if (note_heard(live, now)) touched_.insert(id);
    measured = take_measured(live, heartbeat, now);
    for (Observation& seen : heartbeat.observed) {
      seen.instance = id;
      seen.at = now;
      take(live, std::move(seen), news);
    }
    reply = answer(live, options_.heartbeat_interval);
  }
  for (const Observation& seen : news)
    for (const auto& listener : observed_listeners_) listener(seen);
  if (measured) tell_health(service, environment);
  return reply;
}

// Other nodes wait for what this one has heard. Alone, it is written for people and for the next
// start, and thousands who answer a large deployment are written when they have.
bool FleetService::observations_due(WallTime now) const {
  if (unwritten_.empty()) return false;
  return shared() || unwritten_.size() < kStorm || now - unwritten_since_ >= kGatherTouches;
}

void FleetService::flush() {
  {
    const MutexLock lock(mutex_);
    // Neighbours in the table: each page is written once.
    if (unwritten_.size() > kWrittenAtOnce)
      std::ranges::sort(unwritten_, {}, [](const Live* live) -> const std::string& {
        return live->instance.id.str();
      });
  }
  for (int left = kCommitsAtOnce; left > 0 && flush_some();) --left;
}

bool FleetService::flush_some() {
  ChangeSet changes;
  change::TouchInstances touch;
  bool more = false;
  {
    const MutexLock lock(mutex_);
    // Who is well is written for people and for the next start: once a second will do.
    const WallTime now = time_.now();
    const bool observations = !told_.empty() || observations_due(now);
    const bool due = !news_.empty() || observations || !events_.empty() ||
                     now - touches_written_ >= kGatherTouches;
    if (!touched_.empty() && due) {
      touches_written_ = now;
      touch = {{}, node_, std::exchange(news_, {})};
      for (const InstanceId& id : touched_)
        if (const auto found = live_.find(id); found != live_.end())
          touch.heartbeats.emplace_back(id, found->second.instance.last_heartbeat);
      changes.push_back(touch);
      touched_.clear();
    }
    if (observations) {
      change::PutObservations put{take_unwritten()};
      for (auto& [key, seen] : told_) put.told.push_back(std::move(seen));
      changes.push_back(std::move(put));
      told_.clear();
    }
    for (TimelineEvent& event : events_) changes.push_back(change::AppendEvent{std::move(event)});
    events_.clear();
    more = observations && !unwritten_.empty();
  }
  if (changes.empty()) return false;
  if (committer_.commit(std::move(changes))) return more;
  keep_unwritten(touch);
  return false;
}

// A failed batch is not repeated as it was: the registry in memory is ahead, and every heartbeat
// says again what runs. Drift events would be lost, so those instances are told of anew; so would
// be who has moved here, which is said again.
void FleetService::keep_unwritten(const change::TouchInstances& touch) {
  const MutexLock lock(mutex_);
  for (auto& [id, live] : live_) {
    live.drifted.clear();
    live.written = {};
    for (auto& [profile, seen] : live.observed) write_later(live, profile);
  }
  for (const InstanceId& id : touch.news) tell_at_home(id);
}

void FleetService::tell_at_home(const InstanceId& id) {
  const auto found = live_.find(id);
  if (found == live_.end() || !found->second.here) return;
  touched_.insert(id);
  news_.push_back(id);
}

void FleetService::sweep() {
  const WallTime now = time_.now();
  std::vector<InstanceId> degraded, removed;
  ChangeSet changes;
  {
    const MutexLock lock(mutex_);
    const auto span =
        shared() ? attention_.span() : std::optional(Attention::Span{WallTime::min(), now});
    if (!span) return;
    for (auto& [id, live] : live_) {
      if (!live.here) continue;
      const auto status = status_at(std::max(live.instance.last_heartbeat, span->from), span->to,
                                    options_.heartbeat_interval, options_.remove_after);
      if (status == live.instance.status || status == InstanceStatus::Healthy) continue;
      if (status == InstanceStatus::Removed) {
        removed.push_back(id);
        changes.push_back(change::DeleteInstance{id, home_here()});
      } else {
        degraded.push_back(id);
        changes.push_back(change::SetInstanceStatus{id, status, home_here()});
      }
      changes.push_back(change::AppendEvent{silence(live, status, now)});
    }
  }
  if (changes.empty()) return;
  if (auto done = committer_.commit(std::move(changes)); !done) {
    // The next sweep tries again, without those that other nodes have heard of.
    std::set<InstanceId> silent(degraded.begin(), degraded.end());
    silent.insert(removed.begin(), removed.end());
    if (done.error().reason == "instance.moved") static_cast<void>(learn(silent));
    return;
  }
  set_degraded(degraded);
  if (!removed.empty()) forget(removed);
}

void FleetService::set_degraded(const std::vector<InstanceId>& ids) {
  std::vector<InstanceId> silent;
  {
    const MutexLock lock(mutex_);
    for (const InstanceId& id : ids) {
      const auto found = live_.find(id);
      if (found == live_.end()) continue;
      // Who was heard of while that was being written has not vanished.
      Instance& instance = found->second.instance;
      if (is_heard(instance, time_.now())) {
        tell_at_home(id);  // the others have just been told otherwise
        continue;
      }
      instance.status = InstanceStatus::Degraded;
      silent.push_back(id);
    }
  }
  if (silent.empty()) return;
  for (const auto& listener : vanished_listeners_) listener(silent);
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
