#pragma once
// A client of thousands of connections on one thread: raw epoll, so that what is measured is the
// server. Plain or TLS (certificates are not checked: the server is our own child).

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap::perf {

class EventLoop;

/// One connection to a server on loopback.
class Wire {
 public:
  Wire(EventLoop& loop, int fd);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Writes now what goes, the rest when there is room.
  void send(std::string_view bytes);
  /// Called with new bytes at the end of `in`; takes away what it has read.
  std::function<void()> on_bytes;
  std::string in;

 private:
  friend class EventLoop;
  struct Tls;
  /// Begins or goes on with the handshake; whether it is over.
  bool shake_hands();
  void readable();
  void flush();
  void watch(bool writing);
  /// As recv and send do: bytes, 0 at the end, negative if it would block.
  long read_some(char* to, std::size_t room);
  long write_some(std::string_view bytes);

  EventLoop& loop_;
  int fd_;
  bool watched_for_writing_ = false;
  std::string out_;
  std::unique_ptr<Tls> tls_;
  bool shaking_ = false;
};

class EventLoop {
 public:
  explicit EventLoop(int port, bool tls = false);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// A new connection; lives as long as the loop.
  Wire& connect();
  /// Handles what arrives until `done`; gives up with `what` after `limit`.
  void run_until(const std::function<bool()>& done, std::chrono::milliseconds limit,
                 const std::string& what);
  /// Closes every connection.
  void close_all();

 private:
  friend class Wire;
  int port_;
  bool tls_;
  int epoll_;
  std::vector<std::unique_ptr<Wire>> wires_;
};

/// A blocking socket connected to 127.0.0.1:`port`, -1 if nobody listens.
[[nodiscard]] int connect_to(int port);
/// A listening socket on a free port of 127.0.0.1.
[[nodiscard]] int listen_somewhere(int& port);
/// A port that nobody listens on at the moment.
[[nodiscard]] int free_port();

}  // namespace hotswap::perf
