#include "infrastructure/redis/redis_bus.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kQueue = 4096;   ///< messages; the oldest go first
constexpr std::size_t kTurn = 1000;    ///< messages heard before others are sent
constexpr Duration kLook = 1s;         ///< between two looks
constexpr Duration kSilence = 2500ms;  ///< without any answer: lost

}  // namespace

RedisBus::RedisBus(const redis::Options& options, const std::string& prefix, std::string node,
                   Random& random)
    : channel_(prefix + "bus"),
      node_(std::move(node)),
      hears_(options, random),
      says_(options, random),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

RedisBus::~RedisBus() {
  stop();
  ::close(wake_);
}

void RedisBus::wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
}

void RedisBus::publish(std::string message) {
  if (message.size() > limits::kBusMessage) return;
  {
    const MutexLock lock(mutex_);
    // Wake-ups say all the same.
    if (!queue_.empty() && queue_.back() == message) return;
    if (queue_.size() >= kQueue) queue_.pop_front();
    queue_.push_back(std::move(message));
  }
  wake();
}

void RedisBus::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void RedisBus::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake();
  thread_.join();
}

std::deque<std::string> RedisBus::take_queue() {
  std::deque<std::string> messages;
  const MutexLock lock(mutex_);
  messages.swap(queue_);
  return messages;
}

void RedisBus::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto done = connect();
    if (done) {
      tell(nullptr);
      done = turn();
    }
    if (!done) lost(done.error());
    wait();
  }
  // What was said before the stop goes out, if it goes out at once.
  if (up_) static_cast<void>(send());
}

void RedisBus::tell(const Error* error) {
  up_ = error == nullptr;
  if (std::exchange(told_up_, up_.load()) != std::optional<bool>(up_) && changed_) changed_(error);
}

void RedisBus::lost(const Error& error) {
  hears_.close();
  says_.close();
  tell(&error);
  for (const auto& message : take_queue())
    if (unsent_) unsent_(message);
}

Result<void> RedisBus::connect() {
  if (hears_.is_open() && says_.is_open()) return {};
  hears_.close();
  auto done = says_.check();
  if (done) done = hears_.send({"SUBSCRIBE", channel_});
  if (!done) return done;
  heard_at_ = looked_at_ = redis::after(0ms);
  // Only once Redis has confirmed it is anything heard.
  while (redis::left(heard_at_ + kLook) > 0ms) {
    auto reply = hears_.next();
    if (!reply) return std::unexpected(reply.error());
    if (*reply && (*reply)->refused()) return std::unexpected(redis::meaning_of((*reply)->text));
    if (*reply) return {};
    pollfd waiting{hears_.descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(redis::left(heard_at_ + kLook).count()));
  }
  return fail(ErrorCode::Timeout, "redis.timeout", "Redis does not let this node listen in time");
}

void RedisBus::wait() {
  const bool open = hears_.is_open() && says_.is_open();
  const auto pause = std::max<Duration>(10ms, std::max(hears_.pause(), says_.pause()));
  pollfd waiting[] = {{wake_, POLLIN, 0}, {open ? hears_.descriptor() : -1, POLLIN, 0}};
  const auto time = open ? redis::left(looked_at_ + kLook) : pause;
  if (::poll(waiting, 2, static_cast<int>(time.count())) <= 0) return;
  std::uint64_t count = 0;
  static_cast<void>(::read(wake_, &count, sizeof count));
}

Result<void> RedisBus::turn() {
  auto done = send();
  if (done) done = receive();
  if (done) done = look();
  return done;
}

Result<void> RedisBus::send() {
  const auto messages = take_queue();
  if (messages.empty()) return {};
  std::vector<std::string> payloads;
  payloads.reserve(messages.size());
  for (const auto& message : messages) payloads.push_back(node_ + '\n' + message);
  std::vector<redis::Words> commands;
  commands.reserve(payloads.size());
  for (const auto& payload : payloads) commands.push_back({"PUBLISH", channel_, payload});
  auto replies = says_.ask_all(commands);
  if (replies) return {};
  for (const auto& message : messages)
    if (unsent_) unsent_(message);
  return std::unexpected(std::move(replies.error()));
}

Result<void> RedisBus::receive() {
  for (std::size_t i = 0; i < kTurn; ++i) {
    auto reply = hears_.next();
    if (!reply) return std::unexpected(std::move(reply.error()));
    if (!*reply) return {};
    if ((*reply)->refused()) return std::unexpected(redis::meaning_of((*reply)->text));
    heard_at_ = redis::after(0ms);
    told(**reply);
  }
  wake();  // there may be more
  return {};
}

void RedisBus::told(const redis::Reply& reply) {
  if (reply.list.size() != 3 || reply.list[0].text != "message") return;
  const std::string_view payload = reply.list[2].text;
  const auto end = payload.find('\n');
  if (end == std::string_view::npos || payload.substr(0, end) == node_) return;
  if (listener_) listener_(payload.substr(end + 1));
}

Result<void> RedisBus::look() {
  if (redis::left(looked_at_ + kLook) > 0ms) return {};
  if (redis::left(heard_at_ + kSilence) == 0ms)
    return fail(ErrorCode::Timeout, "redis.timeout", "Redis has fallen silent");
  looked_at_ = redis::after(0ms);
  if (auto done = says_.check(); !done) return done;
  return hears_.send({"PING"});
}

}  // namespace hotswap
