#pragma once
// A server on a free port with a handler made of lambdas, and a client that speaks raw bytes.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/server/http_server.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"

namespace hotswap::api::testing {

using namespace std::chrono_literals;

inline Response text(std::string body, int status = 200) {
  return make_response(status, "text/plain", std::move(body));
}

inline std::shared_ptr<const std::string> frame(std::string data) {
  return std::make_shared<const std::string>("data: " + std::move(data) + "\n\n");
}

/// Answers by path; `/now/…` on the io thread. Unknown paths get an echo.
class LambdaHandler : public Handler {
 public:
  using Route = std::function<Reply(const Request&)>;
  void route(std::string path, Route route) { routes_[std::move(path)] = std::move(route); }

  std::optional<Response> answer_now(const Request& request) override {
    if (request.path == "/now/throw") throw std::runtime_error("secret detail");
    if (request.path.starts_with("/now/")) return text("now " + request.path);
    return std::nullopt;
  }
  Reply answer(const Request& request) override {
    if (const auto route = routes_.find(request.path); route != routes_.end()) {
      return route->second(request);
    }
    return text(std::string(to_string(request.method)) + " " + request.path + "?" + request.query +
                " " + request.body);
  }
  Response refuse(int status, std::string_view why, const Request* request) override {
    return make_response(status, "application/problem+json",
                         std::string(why) + (request == nullptr ? "" : " " + request->path));
  }

  void answered(const Request& request, const Answered& how) override {
    const std::lock_guard lock(mutex_);
    told_ += request.path + ' ' + std::to_string(how.status) + ' ' + std::to_string(how.bytes) +
             (how.held ? " held after " + std::to_string(how.took / 1s) + " s; " : "; ");
  }
  /// Of every answered request: `PATH STATUS BYTES; `.
  std::string told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  std::map<std::string, Route> routes_;
  std::mutex mutex_;
  std::string told_;
};

/// One blocking connection. A read that gets nothing for ten seconds fails the test instead of
/// hanging it.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer > 0) {
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    patience(10s);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server may have hung up already; reading shows how
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void get(std::string_view path) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  void half_close() { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

  /// Reads until `mark` has come, and returns everything up to its end.
  std::string read_until(std::string_view mark) {
    for (;;) {
      if (const auto at = pending_.find(mark); at != std::string::npos) {
        auto result = pending_.substr(0, at + mark.size());
        pending_.erase(0, at + mark.size());
        return result;
      }
      if (!read_more()) {
        ADD_FAILURE() << "connection ended before '" << mark << "', got: " << pending_;
        return std::exchange(pending_, {});
      }
    }
  }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    [[nodiscard]] bool has(std::string_view field) const {
      return head.find(field) != std::string::npos;
    }
  };
  Answer read_answer(bool with_body = true) {
    Answer answer;
    answer.head = read_until("\r\n\r\n");
    if (answer.head.size() > 12) answer.status = std::stoi(answer.head.substr(9, 3));
    const auto at = answer.head.find("Content-Length: ");
    if (!with_body || at == std::string::npos) return answer;
    const auto length = std::stoul(answer.head.substr(at + 16));
    while (pending_.size() < length && read_more()) {
    }
    answer.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return answer;
  }

  /// What has come, at least a byte; empty at the end.
  std::string read_some() {
    if (pending_.empty()) read_more();
    return std::exchange(pending_, {});
  }

  /// Everything until the server hangs up; between reads `meanwhile` runs.
  std::string read_to_end(const std::function<void()>& meanwhile = [] {}) {
    if (meanwhile) patience(5ms);
    while (true) {
      const auto more = receive();
      if (more == 0 || (more < 0 && errno != EAGAIN)) return std::exchange(pending_, {});
      if (more < 0) meanwhile();
    }
  }

 private:
  void patience(std::chrono::milliseconds time) {
    const timeval value{time.count() / 1000, (time.count() % 1000) * 1000};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  }
  bool read_more() { return receive() > 0; }
  ssize_t receive() {
    char bytes[16384];
    const auto got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got > 0) pending_.append(bytes, static_cast<std::size_t>(got));
    return got;
  }

  int descriptor_ = -1;
  bool connected_ = false;
  std::string pending_;
};

/// Base of the suites: time is fake and looked at every few milliseconds.
class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    options.io_threads = 1;
    options.workers = 2;
    options.limits.tick = 2ms;
    options.on_warning = [this](std::string_view what) {
      const std::lock_guard lock(warnings_mutex_);
      warnings_ += std::string(what) + "\n";
    };
  }
  void start() {
    server = std::make_unique<HttpServer>(options, handler, clock, random);
    const auto bound = server->start();
    ASSERT_TRUE(bound) << bound.error().detail << bound.error().internal;
    port = *bound;
  }
  std::string warnings() {
    const std::lock_guard lock(warnings_mutex_);
    return warnings_;
  }
  /// Lets fake time run until the future is ready.
  template <class T>
  void advance_until(std::future<T>& ready) {
    while (ready.wait_for(2ms) != std::future_status::ready) clock.advance(500ms);
  }
  template <class Condition>
  void wait_until(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }

  /// Routes `/stream`; the future gives the opened stream.
  std::future<std::shared_ptr<EventStream>> stream_route() {
    auto opened = std::make_shared<std::promise<std::shared_ptr<EventStream>>>();
    auto result = opened->get_future();
    handler.route("/stream", [this, opened](const Request&) -> Reply {
      return StreamStart{
          {{"X-Kind", "stream"}},
          [opened](std::shared_ptr<EventStream> stream) { opened->set_value(stream); },
          [this] { closed.set_value(); }};
    });
    return result;
  }

  hotswap::testing::FakeClock clock;
  hotswap::testing::FakeRandom random;
  LambdaHandler handler;
  ServerOptions options;
  std::promise<void> closed;  ///< on_close of the routed stream or poll
  std::uint16_t port = 0;
  std::unique_ptr<HttpServer> server;

 private:
  std::mutex warnings_mutex_;
  std::string warnings_;
};

}  // namespace hotswap::api::testing
