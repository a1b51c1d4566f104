#include "agent/serve/config_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <list>
#include <optional>
#include <thread>

#include "agent/serve/listener.hpp"

namespace hotswap::agent {
namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr std::size_t kConnections = 32;
constexpr Duration kRequestTimeout = std::chrono::seconds(10);
constexpr Duration kAnswerTimeout = std::chrono::seconds(10);
constexpr Duration kIdle = std::chrono::seconds(60);

Time now() { return std::chrono::steady_clock::now(); }

struct Connection {
  int socket;
  std::string in{};
  std::string out{};                      ///< what is not sent yet
  std::optional<ServeRequest> waiting{};  ///< of a long poll
  Time deadline{};
  bool close_after = false;
};

}  // namespace

class ConfigServer::Loop {
 public:
  Loop(ServeAddress address, PageSources sources)
      : address_(std::move(address)),
        sources_(std::move(sources)),
        wakes_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Loop() {
    if (thread_.joinable()) {
      thread_.request_stop();
      wake();
      thread_.join();
    }
    for (const auto& each : connections_) ::close(each.socket);
    if (listener_ >= 0) ::close(listener_);
    if (listener_ >= 0 && address_.host.empty()) ::unlink(address_.path.c_str());
    ::close(wakes_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Result<void> start() {
    const auto socket = listen_on(address_);
    if (!socket) return std::unexpected(socket.error());
    listener_ = *socket;
    if (!address_.host.empty()) address_.port = port_of(listener_);
    thread_ = std::jthread([this](const std::stop_token& stop) {
      sigset_t all;
      sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
      while (!stop.stop_requested()) turn();
    });
    return {};
  }
  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wakes_, &one, sizeof one) == 0);
  }
  [[nodiscard]] std::string url() const {
    if (address_.host.empty()) return "unix:" + address_.path.string();
    const bool v6 = address_.host.contains(':');
    return "http://" + (v6 ? '[' + address_.host + ']' : address_.host) + ':' +
           std::to_string(address_.port);
  }

 private:
  void turn() {
    std::vector<pollfd> entries{{wakes_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& each : connections_)
      entries.push_back({each.socket, static_cast<short>(each.out.empty() ? POLLIN : POLLOUT), 0});
    ::poll(entries.data(), entries.size(), patience());
    std::uint64_t count = 0;
    const bool changed = ::read(wakes_, &count, sizeof count) == sizeof count;
    std::size_t index = 2;
    for (auto at = connections_.begin(); at != connections_.end(); ++index) {
      const bool lives = serve(*at, entries[index].revents != 0, changed);
      if (!lives) ::close(at->socket);
      at = lives ? std::next(at) : connections_.erase(at);
    }
    if (entries[1].revents != 0) accept_all();
  }

  [[nodiscard]] int patience() const {
    if (connections_.empty()) return -1;
    const auto next = std::ranges::min_element(connections_, {}, &Connection::deadline)->deadline;
    const auto left = std::chrono::ceil<Duration>(next - now()).count();
    return static_cast<int>(std::clamp<Duration::rep>(left, 0, 60'000));
  }

  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket < 0) return;
      if (connections_.size() >= kConnections) {
        ::close(socket);
        continue;
      }
      connections_.push_back({.socket = socket, .deadline = now() + kRequestTimeout});
    }
  }

  /// False: the connection is over.
  bool serve(Connection& connection, bool ready, bool changed) {
    if (ready && !(connection.out.empty() ? read(connection) : send(connection))) return false;
    if (connection.waiting && (changed || now() >= connection.deadline)) {
      const auto page = page_for(*connection.waiting, sources_);
      if (page.wait.count() == 0 || now() >= connection.deadline)
        return answer(connection, *std::exchange(connection.waiting, std::nullopt), page.answer);
    }
    if (ready && !proceed(connection)) return false;
    return connection.waiting || now() < connection.deadline;
  }

  bool read(Connection& connection) {
    char block[4096];
    while (true) {
      const auto got = ::recv(connection.socket, block, sizeof block, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return errno == EAGAIN;
      if (got == 0) return false;
      if (connection.waiting) return false;  // one request at a time
      if (connection.in.empty()) connection.deadline = now() + kRequestTimeout;
      connection.in.append(block, static_cast<std::size_t>(got));
      if (!proceed(connection)) return false;
      if (!connection.out.empty() || connection.waiting) return true;
    }
  }

  /// Answers what has come, one request after the other.
  bool proceed(Connection& connection) {
    while (connection.out.empty() && !connection.waiting && !connection.in.empty()) {
      const auto before = connection.in.size();
      if (!take_request(connection)) return false;
      if (connection.in.size() == before) break;  // only a part of one
    }
    return true;
  }

  bool take_request(Connection& connection) {
    const auto end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos && connection.in.size() <= kRequestHeadBytes) return true;
    auto request = end > kRequestHeadBytes
                       ? std::nullopt
                       : parse_request(std::string_view(connection.in).substr(0, end));
    if (end > kRequestHeadBytes)
      return refuse(connection, 431, "the request's head is larger than 8 KiB");
    if (!request) return refuse(connection, 400, "this is no HTTP request");
    connection.in.erase(0, end + 4);
    const auto size = request->header("content-length");
    if ((!size.empty() && size != "0") || !request->header("transfer-encoding").empty())
      return refuse(connection, 400, "a request here has no body");
    if (!address_.host.empty() && address_.loopback && !is_local_host(request->header("host")))
      return refuse(connection, 403, "the Host header must be 127.0.0.1 or localhost");
    auto page = page_for(*request, sources_);
    if (page.wait.count() == 0) return answer(connection, *request, page.answer);
    connection.deadline = now() + page.wait;
    connection.waiting = std::move(request);
    return true;
  }

  static bool refuse(Connection& connection, int status, std::string_view why) {
    ServeRequest request;
    request.keep_alive = false;
    return answer(connection, request, problem_answer(status, "serve.request", why));
  }

  static bool answer(Connection& connection, const ServeRequest& request,
                     const ServeAnswer& answer) {
    connection.close_after = !request.keep_alive;
    connection.out = answer_text(answer, request.keep_alive, request.method == "HEAD");
    connection.deadline = now() + kAnswerTimeout;
    return send(connection);
  }

  static bool send(Connection& connection) {
    while (!connection.out.empty()) {
      const auto sent =
          ::send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return errno == EAGAIN;
      connection.out.erase(0, static_cast<std::size_t>(sent));
    }
    connection.deadline = now() + kIdle;
    return !connection.close_after;
  }

  ServeAddress address_;
  const PageSources sources_;
  int wakes_;
  int listener_ = -1;
  std::list<Connection> connections_;
  std::jthread thread_;
};

ConfigServer::ConfigServer(ServeAddress address, PageSources sources)
    : loop_(std::make_unique<Loop>(std::move(address), std::move(sources))) {}
ConfigServer::~ConfigServer() = default;

Result<void> ConfigServer::start() { return loop_->start(); }
std::string ConfigServer::url() const { return loop_->url(); }
void ConfigServer::changed() { loop_->wake(); }

}  // namespace hotswap::agent
