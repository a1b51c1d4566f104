#include "orchestrator/outbox_worker.hpp"

#include <algorithm>

#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 200;
constexpr std::size_t kQueue = 2000;
constexpr Duration kPause = 500ms;
constexpr Duration kHookTimeout = 10s;
constexpr Duration kHookTimeoutMax = 60s;
constexpr std::string_view kNotice = "notification";            ///< of a deployment
constexpr std::string_view kNoticePrefix = "notify.";           ///< of anything else, by severity
constexpr std::string_view kDelivery = "notification.channel";  ///< to one channel
constexpr std::string_view kHook = "hook";

std::string text_at(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  const auto* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : text->str();
}

bool is_notice(const OutboxItem& item) {
  return item.kind == kNotice || item.kind.starts_with(kNoticePrefix);
}

/// Scheme and host: hooks of one server wait for each other.
std::string server_of(const std::string& url) {
  const auto start = url.find("://");
  return url.substr(0, start == std::string::npos ? start : url.find_first_of("/?#", start + 3));
}

std::string receiver_of(const OutboxItem& item) {
  if (item.kind == kDelivery) return "channel " + text_at(item.payload, "channel");
  if (item.kind == kHook) return server_of(text_at(item.payload, "url"));
  return {};
}

/// A deployment's own notice, or the looser one that schemas send.
Result<Notice> notice_of(const OutboxItem& item) {
  if (item.kind == kNotice) return notice_from_json(item.payload);
  Notice notice;
  notice.id = item.id;
  notice.severity =
      severity_from_string(text_at(item.payload, "severity")).value_or(Severity::Critical);
  notice.message = text_at(item.payload, "message");
  notice.profile = text_at(item.payload, "profile");
  notice.service = text_at(item.payload, "service");
  notice.version = text_at(item.payload, "version");
  notice.deployment = text_at(item.payload, "deployment");
  notice.at = item.at;
  return notice;
}

bool means_receiver_is_down(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout ||
         error.code == ErrorCode::Forbidden;
}

}  // namespace

Duration outbox_backoff(std::uint32_t attempts, Random& random) {
  constexpr Duration kFirst = 5s;
  constexpr Duration kMost = 15min;
  Duration pause = kFirst;
  for (std::uint32_t i = 1; i < attempts && pause < kMost; ++i) pause *= 3;
  pause = std::min(pause, kMost);
  const auto fifth = static_cast<std::uint64_t>(pause.count() / 5);
  return pause - Duration(random.below(fifth + 1));
}

OutboxWorker::OutboxWorker(const Parts& parts) : parts_(parts) {}
OutboxWorker::~OutboxWorker() { stop(); }

std::size_t OutboxWorker::run() {
  std::size_t handled = 0;
  while (fetch()) {
    while (const auto job = take()) {
      if (!handle(*job)) return handled;
      ++handled;
    }
  }
  return handled;
}

std::size_t OutboxWorker::held() {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

void OutboxWorker::start() {
  threads_.emplace_back([this](const std::stop_token& stop) { feed(stop); });
  for (int i = 0; i < kThreads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void OutboxWorker::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void OutboxWorker::feed(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (fetch()) wake_.notify_all();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kPause, [] { return false; });
  }
}

void OutboxWorker::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto job = take()) {
      static_cast<void>(handle(*job));
      continue;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kPause, [this] {
      return std::ranges::any_of(due_,
                                 [this](const Job& job) { return !busy_.contains(job.receiver); });
    });
  }
}

bool OutboxWorker::fetch() {
  if (parts_.may_work && !parts_.may_work()) return false;
  std::size_t held = 0;
  {
    const std::lock_guard lock(mutex_);
    held = held_.size();
  }
  if (held >= kQueue) return false;
  // Those held already are due as well and come first: asking for more than they are finds others.
  auto items = parts_.store.outbox(parts_.clock.wall(), held + kBatch);
  if (!items) return false;
  const std::lock_guard lock(mutex_);
  bool found = false;
  for (OutboxItem& item : *items) {
    if (!held_.insert(item.id).second) continue;
    auto receiver = receiver_of(item);
    due_.push_back({std::move(item), std::move(receiver)});
    found = true;
  }
  return found;
}

std::optional<OutboxWorker::Job> OutboxWorker::take() {
  const std::lock_guard lock(mutex_);
  const auto free =
      std::ranges::find_if(due_, [this](const Job& job) { return !busy_.contains(job.receiver); });
  if (free == due_.end()) return std::nullopt;
  Job job = std::move(*free);
  due_.erase(free);
  if (!job.receiver.empty()) busy_.insert(job.receiver);
  return job;
}

std::vector<OutboxWorker::Job> OutboxWorker::others_of(const Job& job) {
  const std::lock_guard lock(mutex_);
  std::vector<Job> others;
  std::deque<Job> rest;
  for (Job& other : due_) {
    if (other.receiver == job.receiver)
      others.push_back(std::move(other));
    else
      rest.push_back(std::move(other));
  }
  due_ = std::move(rest);
  return others;
}

bool OutboxWorker::handle(const Job& job) {
  Outcome outcome = deliver(job.item);
  std::vector<Job> others;
  if (outcome.receiver_down) others = others_of(job);
  for (const Job& other : others)
    std::ranges::move(failed(other.item, outcome.error).changes,
                      std::back_inserter(outcome.changes));
  const bool kept = parts_.committer.commit(std::move(outcome.changes)).has_value();
  for (const Job& other : others) finish(other);
  finish(job);
  return kept;
}

void OutboxWorker::finish(const Job& job) {
  {
    const std::lock_guard lock(mutex_);
    held_.erase(job.item.id);
    busy_.erase(job.receiver);
  }
  wake_.notify_all();
}

OutboxWorker::Outcome OutboxWorker::deliver(const OutboxItem& item) {
  if (is_notice(item)) return spread_out(item);
  if (item.kind == kDelivery) return send(item);
  if (item.kind == kHook) return call(item);
  return bury(item, item.attempts, "nobody here knows what to do with a " + item.kind);
}

OutboxWorker::Outcome OutboxWorker::spread_out(const OutboxItem& item) {
  const auto notice = notice_of(item);
  if (!notice) return bury(item, item.attempts, notice.error().detail);
  auto channels = parts_.store.channels();
  if (!channels) return failed(item, channels.error().detail);
  if (const auto told = parts_.log.notify(
          notice->id, "notify." + std::string(to_string(notice->severity)), item.payload);
      !told)
    return failed(item, told.error().detail);
  Outcome outcome;
  for (const Channel& channel : *channels) {
    if (!wants(channel, *notice)) continue;
    outcome.changes.push_back(
        change::EnqueueOutbox{item.id + "/" + channel.name, std::string(kDelivery),
                              json::Object{{"channel", channel.name}, {"notice", to_json(*notice)}},
                              parts_.clock.wall()});
  }
  outcome.changes.push_back(change::FinishOutbox{item.id});
  return outcome;
}

OutboxWorker::Outcome OutboxWorker::send(const OutboxItem& item) {
  const auto* payload = item.payload.find("notice");
  const auto notice = notice_from_json(payload == nullptr ? json::Value() : *payload);
  if (!notice) return bury(item, item.attempts, notice.error().detail);
  const auto channels = parts_.store.channels();
  if (!channels) return failed(item, channels.error().detail);
  Outcome done;
  done.changes.push_back(change::FinishOutbox{item.id});
  const auto channel =
      std::ranges::find(*channels, text_at(item.payload, "channel"), &Channel::name);
  if (channel == channels->end()) return done;  // deleted meanwhile: nobody wants it any more
  const auto sent = parts_.channels.send(*channel, *notice);
  if (!sent) {
    Outcome outcome = failed(item, sent.error().detail);
    outcome.receiver_down = means_receiver_is_down(sent.error());
    return outcome;
  }
  count(item, "delivered");
  return done;
}

OutboxWorker::Outcome OutboxWorker::call(const OutboxItem& item) {
  const auto* body = item.payload.find("body");
  const auto timeout = parse_duration(text_at(item.payload, "timeout")).value_or(kHookTimeout);
  const auto answer = parts_.hooks.call(text_at(item.payload, "url"), item.id,
                                        body == nullptr ? json::Value() : *body,
                                        std::min(timeout, kHookTimeoutMax));
  if (!answer.passed) return failed(item, answer.detail);
  count(item, "delivered");
  Outcome done;
  done.changes.push_back(change::FinishOutbox{item.id});
  return done;
}

OutboxWorker::Outcome OutboxWorker::failed(const OutboxItem& item, const std::string& error) {
  const std::uint32_t attempts = item.attempts + 1;
  if (attempts >= kAttempts) return bury(item, attempts, error);
  count(item, "failed");
  Outcome outcome;
  outcome.error = error;
  outcome.changes.push_back(change::DeferOutbox{
      item.id, attempts, parts_.clock.wall() + outbox_backoff(attempts, parts_.random), error});
  return outcome;
}

OutboxWorker::Outcome OutboxWorker::bury(const OutboxItem& item, std::uint32_t attempts,
                                         const std::string& error) {
  count(item, "dead");
  const auto* notice = item.payload.find(item.kind == kHook ? "body" : "notice");
  const json::Value& about = notice == nullptr ? item.payload : *notice;
  const std::string receiver = receiver_of(item);
  TimelineEvent event;
  event.at = parts_.clock.wall();
  event.kind = "notification.dead";
  event.profile = ProfileName(text_at(about, "profile"));
  event.deployment = DeploymentId(text_at(about, "deployment"));
  event.actor = "system";
  event.message = "Gave up telling " + (receiver.empty() ? item.kind : receiver) + " after " +
                  std::to_string(attempts) + (attempts == 1 ? " attempt: " : " attempts: ") + error;
  event.data = json::Object{{"deadLetter", item.id},
                            {"receiver", receiver},
                            {"attempts", static_cast<std::uint64_t>(attempts)},
                            {"error", error}};
  Outcome outcome;
  outcome.error = error;
  outcome.changes.push_back(change::BuryOutbox{item.id, attempts, error});
  outcome.changes.push_back(change::AppendEvent{std::move(event)});
  return outcome;
}

void OutboxWorker::count(const OutboxItem& item, const char* result) {
  const std::string channel = item.kind == kDelivery ? text_at(item.payload, "channel") : item.kind;
  parts_.metrics
      .counter("hotswap_notifications_total",
               "Deliveries of notifications and hooks, by channel and result",
               {{"channel", channel}, {"result", result}})
      .add();
}

}  // namespace hotswap
