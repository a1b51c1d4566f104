#include "integration/support/callers.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace hotswap::integration {
namespace {

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};
constexpr std::string_view kRequest =
    "POST /pay HTTP/1.1\r\nHost: pay\r\nContent-Type: application/json\r\nContent-Length: 32\r\n"
    "\r\n{\"amount\": 10, \"currency\":\"EUR\"}";
constexpr std::size_t kCauses = 5;

/// One kept connection; after a failure the next request gets a new one.
class Connection {
 public:
  explicit Connection(int port) : port_(port) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  /// Why it failed; empty: 200.
  std::string pay() {
    if (socket_ < 0 && !connect()) return failed("connect");
    if (::send(socket_, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(kRequest.size()))
      return failed("send");
    std::string answer;
    char block[4096];
    while (true) {
      const auto got = ::recv(socket_, block, sizeof block, 0);
      if (got == 0) return failed("closed after " + std::to_string(answer.size()) + " bytes");
      if (got < 0) return failed("recv");
      answer.append(block, static_cast<std::size_t>(got));
      const auto head = answer.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      // Every answer of the service and of HAProxy is an object or a page that ends like this.
      if (answer.ends_with('}') || answer.ends_with("</html>\n")) break;
    }
    if (answer.starts_with("HTTP/1.1 200")) return {};
    close();
    return answer.substr(0, 80);
  }

 private:
  bool connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  std::string failed(const std::string& what) {
    const std::string cause = what + ": " + std::strerror(errno);
    close();
    return cause;
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  int port_;
  int socket_ = -1;
};

double quantile(std::vector<double>& sorted, double q) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1));
  return sorted[at];
}

}  // namespace

std::string Seen::text() const {
  std::string out = fmt::format("{} requests, {} failed, p50 {:.1f} ms, p99 {:.1f} ms", requests,
                                failures, p50, p99);
  for (const auto& cause : causes) out += "; " + cause;
  return out;
}

Callers::Callers(int port, int count, int per_second)
    : port_(port), every_(std::chrono::nanoseconds(std::chrono::seconds(1)) * count / per_second) {
  for (int i = 0; i < count; ++i) lanes_.push_back(std::make_unique<Lane>());
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this, i, count](const std::stop_token& stop) {
      drive(stop, *lanes_[static_cast<std::size_t>(i)], every_ * i / count);
    });
  }
}

Callers::~Callers() {
  for (auto& thread : threads_) thread.request_stop();
}

void Callers::drive(const std::stop_token& stop, Lane& lane, Clock::duration offset) const {
  Connection connection(port_);
  auto next = Clock::now() + offset;
  while (!stop.stop_requested()) {
    std::this_thread::sleep_until(next);
    const auto start = Clock::now();
    auto failure = connection.pay();
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    {
      const std::lock_guard lock(lane.mutex);
      lane.calls.push_back({start, took.count(), std::move(failure)});
    }
    next = std::max(next + every_, Clock::now());
  }
}

Seen Callers::seen(Clock::time_point from, Clock::time_point to) const {
  Seen seen;
  std::vector<double> times;
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    for (const auto& call : lane->calls) {
      if (call.at < from || call.at >= to) continue;
      ++seen.requests;
      times.push_back(call.milliseconds);
      if (call.failure.empty()) continue;
      ++seen.failures;
      if (seen.causes.size() < kCauses) seen.causes.push_back(call.failure);
    }
  }
  std::ranges::sort(times);
  seen.p50 = quantile(times, 0.5);
  seen.p99 = quantile(times, 0.99);
  return seen;
}

}  // namespace hotswap::integration
