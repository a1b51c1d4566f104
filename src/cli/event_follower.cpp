#include "cli/event_follower.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kRetry = std::chrono::milliseconds(300);

bool worth_a_retry(const Error& error) {
  if (error.reason == kNotHotSwap) return false;
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout ||
         error.code == ErrorCode::RateLimited || error.code == ErrorCode::Internal;
}

}  // namespace

EventFollower::EventFollower(ApiOptions options, std::string path, std::string after)
    : options_(std::move(options)),
      path_(std::move(path)),
      after_(std::move(after)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

EventFollower::~EventFollower() {
  thread_.request_stop();
  wake_.notify_all();
}

std::vector<ServerEvent> EventFollower::take(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, timeout, [this] { return !events_.empty() || refused_.has_value(); });
  std::vector<ServerEvent> out(std::make_move_iterator(events_.begin()),
                               std::make_move_iterator(events_.end()));
  events_.clear();
  return out;
}

std::optional<Error> EventFollower::refused() {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void EventFollower::receive(const ServerEvent& event) {
  if (event.kind == "ping" || event.kind == "reconnect" || event.kind == "end") return;
  const std::lock_guard lock(mutex_);
  if (!event.id.empty()) after_ = event.id;
  if (events_.size() == kQueue) events_.pop_front();
  events_.push_back(event);
  wake_.notify_all();
}

void EventFollower::run(const std::stop_token& stop) {
  Api api(options_);
  bool complete = false;  // the server said that nothing will follow
  while (!stop.stop_requested() && !complete) {
    const auto ended = api.stream(
        path_, after_,
        [&](const ServerEvent& event) {
          receive(event);
          complete = event.kind == "end";
          return !complete;
        },
        stop);
    std::unique_lock lock(mutex_);
    if (!ended && !worth_a_retry(ended.error())) {
      refused_ = ended.error();
      wake_.notify_all();
      return;
    }
    wake_.wait_for(lock, stop, kRetry, [] { return false; });
  }
}

}  // namespace hotswap::cli
