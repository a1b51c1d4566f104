// The acting half of TrafficService: routers are asked until they confirm what is wanted.
#include <algorithm>

#include "orchestrator/traffic_events.hpp"
#include "orchestrator/traffic_service.hpp"

namespace hotswap {
namespace {

constexpr Duration kFirstRetry = std::chrono::seconds(1);
constexpr Duration kLastRetry = std::chrono::seconds(30);
constexpr Duration kStoreRetry = std::chrono::seconds(1);
constexpr int kConflictRetries = 5;

Duration backoff(std::uint32_t attempts) {
  Duration wait = kFirstRetry;
  for (std::uint32_t i = 1; i < attempts && wait < kLastRetry; ++i) wait *= 2;
  return std::min(wait, kLastRetry);
}

}  // namespace

std::string traffic_name(const Traffic& traffic) {
  return traffic.service.str() + " in " + traffic.environment;
}

std::string traffic_resource(const Traffic& traffic) {
  return "services/" + traffic.service.str() + '/' + traffic.environment + "/traffic";
}

TimelineEvent traffic_event(const Traffic& traffic, std::string kind, std::string actor,
                            std::string message, WallTime at) {
  TimelineEvent event;
  event.at = at;
  event.kind = std::move(kind);
  event.actor = std::move(actor);
  event.message = std::move(message);
  event.data = json::Object{{"service", traffic.service.str()},
                            {"environment", traffic.environment},
                            {"pool", traffic.desired},
                            {"generation", traffic.generation}};
  return event;
}

void TrafficService::on_switched(Switched listener) { listeners_.push_back(std::move(listener)); }

void TrafficService::tell(const Traffic& traffic, bool ok, std::string detail) const {
  const TrafficSwitched switched{traffic.generation, ok, std::move(detail)};
  for (const auto& listener : listeners_) listener(traffic.service, traffic.environment, switched);
}

void TrafficService::note(const Traffic& traffic) {
  const Key key(traffic.service, traffic.environment);
  {
    const std::lock_guard lock(mutex_);
    const auto known = jobs_.find(key);
    if (traffic.confirmed == traffic.generation) {
      if (known != jobs_.end() && !known->second.busy) jobs_.erase(known);
      return;
    }
    if (known != jobs_.end() && known->second.generation >= traffic.generation) return;
    Job& job = known != jobs_.end() ? known->second : jobs_[key];
    job.generation = traffic.generation;
    job.attempts = 0;
    job.due = time_.now();
    job.again = job.busy;
  }
  wake_.notify_one();
}

void TrafficService::try_now(const Key& key) {
  {
    const std::lock_guard lock(mutex_);
    Job& job = jobs_[key];
    job.attempts = 0;
    job.due = time_.now();
    job.again = job.busy;
  }
  wake_.notify_one();
}

void TrafficService::wake() {
  {
    const std::lock_guard lock(mutex_);
    read_wanted_ = true;
  }
  wake_.notify_one();
}

bool TrafficService::read_due(WallTime now) const {
  return read_wanted_ && now >= read_not_before_;
}

void TrafficService::read_store() {
  {
    const std::lock_guard lock(mutex_);
    if (!read_due(time_.now())) return;
    read_wanted_ = false;
  }
  const auto stored = store_.traffics();
  if (!stored) {
    const std::lock_guard lock(mutex_);
    read_wanted_ = true;
    read_not_before_ = time_.now() + kStoreRetry;
    return;
  }
  for (const Traffic& traffic : *stored) {
    note(traffic);
    // Whoever waits for it may have missed it in a crash.
    if (traffic.confirmed == traffic.generation) tell(traffic, true, {});
  }
}

std::optional<TrafficService::Key> TrafficService::take_due(WallTime now) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, job] : jobs_) {
    if (job.busy || job.due > now) continue;
    job.busy = true;
    job.again = false;
    return key;
  }
  return std::nullopt;
}

void TrafficService::run_due() {
  read_store();
  while (const auto key = take_due(time_.now())) settle(*key, !attempt(*key));
}

Result<void> TrafficService::attempt(const Key& key) {
  const auto traffic = store_.traffic(key.first, key.second);
  if (!traffic && traffic.error().code == ErrorCode::NotFound) return {};
  if (!traffic) return std::unexpected(traffic.error());
  if (traffic->confirmed == traffic->generation) return {};
  const auto routed = router_.route(*traffic);
  if (!routed)
    logger_.warning("traffic", "a router did not switch, will retry",
                    {{"service", traffic->service.str()},
                     {"environment", traffic->environment},
                     {"pool", traffic->desired},
                     {"detail", routed.error().detail}});
  const auto counts = record(*traffic, routed);
  if (!counts) return std::unexpected(counts.error());
  if (!*counts) return {};
  tell(*traffic, routed.has_value(), routed ? std::string() : routed.error().detail);
  return routed;
}

Result<bool> TrafficService::record(const Traffic& routed, const Result<void>& outcome) {
  for (int tries = 0;; ++tries) {
    auto now = store_.traffic(routed.service, routed.environment);
    if (!now) return std::unexpected(now.error());
    // Something else is wanted by now, or elsewhere: this attempt says nothing of it.
    if (now->generation != routed.generation || now->router != routed.router ||
        now->pools != routed.pools)
      return false;
    if (!outcome && now->error == outcome.error().detail) return true;
    now->error = outcome ? std::string() : outcome.error().detail;
    if (outcome) {
      now->actual = now->desired;
      now->confirmed = now->generation;
    }
    const std::string what = "Traffic of " + traffic_name(*now);
    ChangeSet changes;
    changes.push_back(change::PutTraffic{*now});
    // A deployment tells of it on its own timeline.
    if (!now->changed_by.starts_with("deployment "))
      changes.push_back(change::AppendEvent{traffic_event(
          *now, outcome ? "traffic.switched" : "traffic.failed", "system",
          outcome ? what + " is with " + now->desired
                  : what + " could not be switched to " + now->desired + ": " + now->error,
          time_.now())});
    auto done = committer_.commit(std::move(changes));
    if (done) return true;
    if (done.error().reason != "traffic.changed" || tries == kConflictRetries)
      return std::unexpected(done.error());
  }
}

void TrafficService::settle(const Key& key, bool failed) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(key);
  if (found == jobs_.end()) return;
  Job& job = found->second;
  job.busy = false;
  if (std::exchange(job.again, false)) {
    job.due = time_.now();
  } else if (failed) {
    job.due = time_.now() + backoff(++job.attempts);
  } else {
    jobs_.erase(found);
  }
}

std::optional<WallTime> TrafficService::earliest() const {
  std::optional<WallTime> earliest;
  if (read_wanted_) earliest = read_not_before_;
  for (const auto& [key, job] : jobs_)
    if (!job.busy && (!earliest || job.due < *earliest)) earliest = job.due;
  return earliest;
}

void TrafficService::start(int threads) {
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { drive(stop); });
}

void TrafficService::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
  threads_.clear();
}

void TrafficService::drive(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool mine = may_work();
    if (mine) run_due();
    std::unique_lock lock(mutex_);
    if (!mine) {
      wake_.wait_for(lock, stop, kStoreRetry, [] { return false; });
      continue;
    }
    const auto next = earliest();
    const WallTime now = time_.now();
    if (next && *next <= now) continue;
    const Duration wait = next ? std::min<Duration>(*next - now, kStoreRetry) : kStoreRetry;
    wake_.wait_for(lock, stop, wait, [&] {
      const auto due = earliest();
      return due && *due <= time_.now();
    });
  }
}

}  // namespace hotswap
