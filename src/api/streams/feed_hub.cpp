#include "api/streams/feed_hub.hpp"

#include "api/streams/frames.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kPage = limits::kPageMax;
constexpr std::size_t kProfilesRemembered = 4096;
/// The store may have been unreachable when a commit woke the pump.
constexpr auto kRetry = std::chrono::seconds(1);

std::shared_ptr<const std::string> frame_of(const TimelineEvent& event) {
  return std::make_shared<const std::string>(
      sse_frame({}, event.sequence, json::write(to_json(event))));
}

}  // namespace

struct FeedHub::Subscriber {
  FeedRequest request;
  std::shared_ptr<EventStream> stream;

  [[nodiscard]] bool wants(const TimelineEvent& event) const {
    return !request.deployment || event.deployment == *request.deployment;
  }
  void end() const { stream->close(sse_frame("end", 0, "{}")); }
};

FeedHub::FeedHub(Store& store, Committer& committer) : store_(store) {
  committer.on_profile_changed([this](const ProfileName& name) {
    const MutexLock lock(mutex_);
    changed_.insert(name);
  });
  committer.on_timeline([this] {
    if (followers() > 0) wake();
  });
}

void FeedHub::wake() {
  {
    const std::lock_guard lock(wake_mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

FeedHub::~FeedHub() { stop(); }

std::uint64_t FeedHub::new_id() {
  const MutexLock lock(mutex_);
  return next_id_++;
}

std::vector<FeedHub::SubscriberPtr> FeedHub::subscribers() const {
  const MutexLock lock(mutex_);
  std::vector<SubscriberPtr> out;
  for (const auto& [id, subscriber] : subscribers_) out.push_back(subscriber);
  return out;
}

std::size_t FeedHub::followers() const {
  const MutexLock lock(mutex_);
  return subscribers_.size();
}

bool FeedHub::may_see(const Principal& principal, const TimelineEvent& event) {
  if (!authorize(principal, Action::EventsRead)) return false;
  if (event.profile.empty()) return true;
  {
    const MutexLock lock(mutex_);
    for (const auto& name : changed_) access_.erase(name);
    changed_.clear();
  }
  auto known = access_.find(event.profile);
  if (known == access_.end()) {
    const auto profile = store_.profile(event.profile);
    if (!profile && profile.error().code != ErrorCode::NotFound) return false;
    if (access_.size() >= kProfilesRemembered) access_.clear();
    known = access_.emplace(event.profile, profile ? std::optional(profile->access) : std::nullopt)
                .first;
  }
  if (!known->second) return principal.has(Role::Admin) || principal.has(Role::Operator);
  return authorize(principal, Action::EventsRead, &*known->second).has_value();
}

void FeedHub::find_tail() {
  // The store only reads forward: "is there an event above n" is asked with doubled n, then halved.
  const auto exists_above = [this](std::uint64_t sequence) -> Result<bool> {
    const auto found = store_.events({}, sequence, 1);
    if (!found) return std::unexpected(found.error());
    return !found->empty();
  };
  std::uint64_t low = 0;
  std::uint64_t high = 1;
  while (true) {
    const auto more = exists_above(high);
    if (!more) return;
    if (!*more) break;
    low = high;
    high *= 2;
  }
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto more = exists_above(middle);
    if (!more) return;
    if (*more) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  last_ = low;
}

void FeedHub::distribute(const TimelineEvent& event) {
  std::shared_ptr<const std::string> frame;
  for (const auto& subscriber : subscribers()) {
    if (!subscriber->wants(event) || !may_see(subscriber->request.principal, event)) continue;
    if (!frame) frame = frame_of(event);
    subscriber->stream->push({}, frame);
  }
  if (event.kind.starts_with("deployment.") || event.kind.starts_with("rollback.")) {
    maybe_finished_.insert(event.deployment);
  }
}

void FeedHub::pump_locked() {
  if (!last_) find_tail();
  while (last_) {
    const auto events = store_.events({}, *last_, kPage);
    if (!events || events->empty()) return;
    for (const auto& event : *events) {
      distribute(event);
      last_ = event.sequence;
    }
  }
}

bool FeedHub::is_finished(const DeploymentId& id) {
  const auto deployment = store_.deployment(id);
  return deployment && is_terminal(deployment->state);
}

void FeedHub::end_finished() {
  std::set<DeploymentId> finished;
  for (const auto& subscriber : subscribers()) {
    const auto& id = subscriber->request.deployment;
    if (id && maybe_finished_.contains(*id) && is_finished(*id)) finished.insert(*id);
  }
  maybe_finished_.clear();
  if (finished.empty()) return;
  // Its last events were committed with its last state, perhaps after our last look.
  pump_locked();
  for (const auto& subscriber : subscribers()) {
    const auto& id = subscriber->request.deployment;
    if (id && finished.contains(*id)) subscriber->end();
  }
}

void FeedHub::pump() {
  const MutexLock lock(pump_mutex_);
  // Nobody listens: the next follower finds the tail anew, and commits cost no reading.
  if (followers() == 0) {
    last_.reset();
    maybe_finished_.clear();
    access_.clear();
    const MutexLock changed_lock(mutex_);
    changed_.clear();
    return;
  }
  pump_locked();
  end_finished();
}

void FeedHub::catch_up(const Subscriber& subscriber, std::uint64_t after) {
  const auto& request = subscriber.request;
  const EventFilter filter{.profile = {},
                           .deployment = request.deployment ? request.deployment->str() : ""};
  while (last_ && after < *last_) {
    const auto events = store_.events(filter, after, kPage);
    if (!events || events->empty()) return;
    for (const auto& event : *events) {
      after = event.sequence;
      if (after > *last_) return;
      if (!may_see(request.principal, event)) continue;
      if (!subscriber.stream->push({}, frame_of(event))) return;
    }
  }
}

void FeedHub::open(std::uint64_t id, FeedRequest request, std::shared_ptr<EventStream> stream) {
  const auto subscriber =
      std::make_shared<Subscriber>(Subscriber{std::move(request), std::move(stream)});
  const MutexLock lock(pump_mutex_);
  const auto& wanted = subscriber->request;
  const bool finished = wanted.deployment && is_finished(*wanted.deployment);
  pump_locked();
  if (wanted.after) catch_up(*subscriber, *wanted.after);
  if (finished) {
    subscriber->end();
    return;
  }
  {
    const MutexLock subscribers_lock(mutex_);
    subscribers_.emplace(id, subscriber);
  }
  wake();  // who committed since the look above saw no follower
}

void FeedHub::close(std::uint64_t id) {
  const MutexLock lock(mutex_);
  subscribers_.erase(id);
}

void FeedHub::drive(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pump();
    std::unique_lock lock(wake_mutex_);
    wake_.wait_for(lock, stop, kRetry, [this] { return woken_; });
    woken_ = false;
  }
}

void FeedHub::start() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { drive(stop); });
}

void FeedHub::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace hotswap::api
