#pragma once
// A HotSwap server as far as an instance sees it, scripted by the test: it can lie, stall, refuse,
// break off and go away. One thread per connection, blocking sockets, port chosen by the kernel.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "web_socket_peer.hpp"

namespace hotswap::sdk::testing {

struct Request {
  std::string method;  ///< `UP`: a message on a WebSocket
  std::string path;
  std::string token;
  std::string body;
  std::string key{};  ///< of one that asks for a WebSocket
};

struct Response {
  int status = 200;
  std::string body;
  std::string headers;  ///< whole lines with CRLF
};

/// The longest that a test waits for something that must happen.
inline constexpr std::chrono::seconds kPatience{20};

inline std::string hash_of(std::string_view data) {
  return sha256_hex(json::canonical(*json::parse(data)));
}

/// `{"profile":…,"version":…,"generation":…,"hash":…,"data":…}` with the true hash.
inline std::string offer(std::string_view data, int generation, const std::string& version) {
  return R"({"profile":"pay.production","version":")" + version + R"(","generation":)" +
         std::to_string(generation) + R"(,"hash":")" + hash_of(data) + R"(","data":)" +
         std::string(data) + "}";
}

inline std::string frame(const std::string& event, const std::string& data) {
  return "event: " + event + "\nid: 1\ndata: " + data + "\n\n";
}

class FakeServer {
 public:
  using Handler = std::function<Response(const Request&)>;
  /// Called with the number of the stream (from 1) and its socket after the answer's header was
  /// sent; the stream ends when it returns. Unset: the stream stays open until the test ends it.
  using Stream = std::function<void(int number, int socket)>;

  FakeServer() { open(0); }
  ~FakeServer() { stop(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// Scripts that were set before this call are seen by the server's threads.
  [[nodiscard]] std::string url() const {
    const std::lock_guard lock(mutex_);
    return "http://127.0.0.1:" + std::to_string(port_);
  }

  // Scripts; to be set before the client starts. Defaults answer as a good server.
  Handler on_register = [this](const Request&) { return Response{201, registration(), ""}; };
  Handler on_heartbeat = [](const Request&) { return Response{200, R"({"changed":[]})", ""}; };
  Handler on_configs = [](const Request&) { return Response{200, R"({"configs":[]})", ""}; };
  Handler on_stream_request = [](const Request&) { return Response{200, "", ""}; };
  Stream on_stream;
  /// Takes WebSockets. As it is, it is a server from before them: who asks for one hears of an
  /// event stream (and is not counted), as if nothing had been asked.
  bool upgrades = false;
  /// As a proxy it makes tunnels, which end at itself.
  bool tunnels = false;
  /// Its refusal, if its status is none of 200: an acknowledgement is not answered else.
  Handler on_acknowledgement = [](const Request&) { return Response{200, "", ""}; };
  /// Answers a request byte by byte, if it returns true; then the connection ends.
  using Raw = std::function<bool(const Request&, int socket)>;
  Raw on_anything;
  std::string configs;  ///< of the registration's answer, comma-separated offers

  [[nodiscard]] std::string registration(const std::string& token = "instance-token") const {
    return R"({"id":"i-1","token":")" + token + R"(","heartbeatInterval":"PT1H","configs":[)" +
           configs + "]}";
  }

  /// Sends to the newest stream, once one is open.
  void push(const std::string& bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return stream_ >= 0; });
    if (stream_ >= 0) send_all(stream_, upgraded_.contains(stream_) ? text_frame(bytes) : bytes);
  }
  /// As it is, whatever the stream is.
  void push_raw(const std::string& bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return stream_ >= 0; });
    if (stream_ >= 0) send_all(stream_, bytes);
  }
  void close_stream() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return stream_ >= 0; });
    if (stream_ >= 0) ::shutdown(std::exchange(stream_, -1), SHUT_RDWR);
  }

  /// Waits until `enough` of all requests so far; false after kPatience.
  bool wait(const std::function<bool(const std::vector<Request>&)>& enough) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return enough(requests_); });
  }
  bool wait_count(const std::string& path_end, std::size_t count) {
    return wait([&](const auto&) { return count_locked(path_end) >= count; });
  }
  std::size_t count(const std::string& path_end) {
    const std::lock_guard lock(mutex_);
    return count_locked(path_end);
  }
  std::vector<Request> requests(const std::string& path_end) {
    const std::lock_guard lock(mutex_);
    std::vector<Request> found;
    std::ranges::copy_if(requests_, std::back_inserter(found),
                         [&](const auto& each) { return each.path.ends_with(path_end); });
    return found;
  }
  /// Waits for a heartbeat that says `state` of generation `generation`; its observation.
  std::optional<json::Value> wait_observed(const std::string& state, int generation) {
    std::optional<json::Value> found;
    wait([&](const auto& all) {
      for (const auto& each : all) {
        if (!each.path.ends_with("/heartbeat")) continue;
        const auto body = json::parse(each.body);
        const auto* observed = body->find("observed");
        const auto* one = observed->find("pay.production");
        if (one == nullptr || *one->find("state") != json::Value(state)) continue;
        if (one->find("generation")->as_int() != generation) continue;
        found = *one;
        return true;
      }
      return false;
    });
    return found;
  }

  /// Until the other side goes away.
  static void be_silent(int socket) {
    std::array<char, 256> bytes{};
    while (::recv(socket, bytes.data(), bytes.size(), 0) > 0) {
    }
  }
  static void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      stopping_ = true;
      for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
      changed_.notify_all();
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }
  /// Listens again on the same port.
  void start_again() {
    stopping_ = false;
    threads_.clear();
    open(port_);
  }

 private:
  [[nodiscard]] std::size_t count_locked(const std::string& path_end) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        requests_, [&](const auto& each) { return each.path.ends_with(path_end); }));
  }

  void open(int port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      if (socket < 0 || stopping_) {
        if (socket >= 0) ::close(socket);
        return;
      }
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    std::string buffer;
    while (auto request = read(socket, buffer)) {
      if (!answer(socket, *request)) break;
    }
    const std::lock_guard lock(mutex_);
    std::erase(sockets_, socket);
    upgraded_.erase(socket);
    if (stream_ == socket) stream_ = -1;
    ::close(socket);
  }

  static std::optional<Request> read(int socket, std::string& buffer) {
    std::size_t header = 0;
    std::size_t length = 0;
    std::array<char, 65536> block{};
    while (true) {
      header = buffer.find("\r\n\r\n");
      if (header != std::string::npos) {
        const auto at = buffer.find("Content-Length: ");
        length = at < header ? std::stoul(buffer.substr(at + 16)) : 0;
        if (buffer.size() >= header + 4 + length) break;
      }
      const auto got = ::recv(socket, block.data(), block.size(), 0);
      if (got <= 0) return std::nullopt;
      buffer.append(block.data(), static_cast<std::size_t>(got));
    }
    Request request;
    const auto first = buffer.find(' ');
    request.method = buffer.substr(0, first);
    request.path = buffer.substr(first + 1, buffer.find(' ', first + 1) - first - 1);
    const auto token = buffer.find("Bearer ");
    if (token < header)
      request.token = buffer.substr(token + 7, buffer.find('\r', token) - token - 7);
    request.body = buffer.substr(header + 4, length);
    const auto key = buffer.find("Sec-WebSocket-Key: ");
    if (key < header) request.key = buffer.substr(key + 19, buffer.find('\r', key) - key - 19);
    buffer.erase(0, header + 4 + length);
    return request;
  }

  void record(const Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
  }

  bool answer(int socket, const Request& request) {
    if (request.method == "CONNECT") {
      record(request);
      send_response(socket, {tunnels ? 200 : 405, "", ""});
      return tunnels;
    }
    if (!request.key.empty() && !upgrades) {
      send_all(socket, kStreamHead);
      return false;
    }
    record(request);
    if (on_anything && on_anything(request, socket)) return false;
    if (request.path.ends_with("/stream")) return answer_stream(socket, request);
    const auto response = request.method == "DELETE"             ? Response{204, "", ""}
                          : request.path.ends_with("/heartbeat") ? on_heartbeat(request)
                          : request.path.ends_with("/configs")   ? on_configs(request)
                                                                 : on_register(request);
    send_response(socket, response);
    return true;
  }

  bool answer_stream(int socket, const Request& request) {
    const auto response = on_stream_request(request);
    if (response.status != 200) {
      send_response(socket, response);
      return true;
    }
    const bool upgraded = !request.key.empty();
    send_all(socket, upgraded ? switching(request.key) : kStreamHead + response.body);
    int number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = ++streams_;
      if (upgraded) upgraded_.insert(socket);
      if (!on_stream) stream_ = socket;
      changed_.notify_all();
    }
    if (on_stream) {
      on_stream(number, socket);
      return false;
    }
    upgraded ? take_messages(socket, request) : be_silent(socket);
    return false;
  }

  void take_messages(int socket, const Request& stream) {
    std::string buffer;
    while (auto message = read_frame(socket, buffer)) {
      if (message->opcode == ws::Opcode::Close) return;
      if (message->opcode != ws::Opcode::Text) continue;
      take_message(socket, {.method = "UP",
                            .path = "/up/heartbeat",
                            .token = stream.token,
                            .body = std::move(message->payload)});
    }
  }

  void take_message(int socket, const Request& message) {
    record(message);
    const auto body = json::parse(message.body);
    const bool whole = body->find("status") != nullptr;
    const auto response = whole ? on_heartbeat(message) : on_acknowledgement(message);
    if (response.status == 0 || (response.status == 200 && !whole)) return;  // 0: says nothing
    const std::lock_guard lock(mutex_);
    send_all(socket, text_frame(response.status == 200 ? frame("heartbeat", response.body)
                                                       : frame("problem", problem_of(response))));
  }

  static std::string problem_of(const Response& response) {
    auto body = json::parse(response.body);
    auto problem = body && body->as_object() != nullptr ? *body->as_object() : json::Object();
    problem.set("status", response.status);
    return json::write(problem);
  }

  static void send_response(int socket, const Response& response) {
    send_all(socket, "HTTP/1.1 " + std::to_string(response.status) +
                         " X\r\nContent-Length: " + std::to_string(response.body.size()) +
                         "\r\nContent-Type: application/json\r\n" + response.headers + "\r\n" +
                         response.body);
  }

  static inline const std::string kStreamHead =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::set<int> upgraded_;  ///< of them
  int stream_ = -1;
  int streams_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

}  // namespace hotswap::sdk::testing
