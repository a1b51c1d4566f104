#include "infrastructure/postgres/postgres_bus.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kQueue = 4096;  ///< messages; the oldest go first
constexpr Duration kGather = 2ms;     ///< what is said within this goes together
constexpr Duration kLook = 5s;        ///< a connection that is silent is asked
constexpr Duration kReconnect = 500ms;

postgres::ConnectOptions bus_options(const std::string& dsn) {
  postgres::ConnectOptions options;
  options.dsn = dsn;
  options.application = "hotswap bus";
  options.statement_timeout = 5s;
  return options;
}

}  // namespace

PostgresBus::PostgresBus(const std::string& dsn, std::string node)
    : node_(std::move(node)),
      connection_(bus_options(dsn)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PostgresBus::~PostgresBus() {
  stop();
  ::close(wake_);
}

void PostgresBus::publish(std::string message) {
  {
    const MutexLock lock(mutex_);
    // Wake-ups say all the same.
    if (!queue_.empty() && queue_.back() == message) return;
    if (queue_.size() >= kQueue) queue_.pop_front();
    queue_.push_back(std::move(message));
  }
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
}

void PostgresBus::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void PostgresBus::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
  thread_.join();
}

Result<void> PostgresBus::connect() {
  if (connection_.is_open()) return {};
  return connection_.script("LISTEN hotswap");
}

void PostgresBus::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto done = connect();
    up_ = done.has_value();
    if (!done) {
      pollfd waiting{wake_, POLLIN, 0};
      ::poll(&waiting, 1, static_cast<int>(kReconnect.count()));
      continue;
    }
    wait();
    done = send();
    if (done) done = receive();
    if (!done) connection_.close();
  }
}

void PostgresBus::wait() {
  pollfd waiting[] = {{wake_, POLLIN, 0}, {connection_.socket(), POLLIN, 0}};
  if (::poll(waiting, 2, static_cast<int>(kLook.count())) <= 0) return;
  if ((waiting[0].revents & POLLIN) == 0) return;
  std::uint64_t count = 0;
  static_cast<void>(::read(wake_, &count, sizeof count));
  std::this_thread::sleep_for(kGather);
}

Result<void> PostgresBus::send() {
  std::deque<std::string> messages;
  {
    const MutexLock lock(mutex_);
    messages.swap(queue_);
  }
  // Silent for long: this finds out whether the connection still stands.
  if (messages.empty()) return {};
  if (auto begun = connection_.script("BEGIN"); !begun) return begun;
  for (const auto& message : messages) {
    const std::string payload = node_ + '\n' + message;
    const sql::Param param(payload);
    auto sent = connection_.defer("SELECT pg_notify('hotswap', $1)", sql::Params(&param, 1), {});
    if (!sent) return sent;
  }
  return connection_.script("COMMIT");
}

Result<void> PostgresBus::receive() {
  auto heard = connection_.notifications();
  if (!heard) return std::unexpected(std::move(heard.error()));
  for (const auto& notification : *heard) {
    const std::string_view payload = notification.payload;
    const auto end = payload.find('\n');
    if (end == std::string_view::npos || payload.substr(0, end) == node_) continue;
    if (listener_) listener_(payload.substr(end + 1));
  }
  return {};
}

}  // namespace hotswap
