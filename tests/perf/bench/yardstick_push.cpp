#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "perf/bench/yardsticks.hpp"
#include "perf/support/event_loop.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAnswered = 16;

/// Reads up to `want` bytes; what arrived.
std::size_t take(int fd, std::size_t want) {
  std::array<char, 64> room;
  const auto bytes = recv(fd, room.data(), std::min(want, room.size()), 0);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

/// The pushing side, a process of its own as a server is (and with its own descriptors): accepts
/// everybody, then pushes a number of times and writes down how long each took.
class Pusher {
 public:
  Pusher(std::size_t connections, std::size_t bytes, int rounds) : message_(bytes, 'x') {
    listener_ = listen_somewhere(port_);
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) give_up("no pipe");
    child_ = fork();
    if (child_ < 0) give_up("no process for the raw push");
    if (child_ == 0) {
      serve(connections, rounds, pipe_ends[1]);
      _exit(0);
    }
    close(pipe_ends[1]);
    close(listener_);
    times_from_ = pipe_ends[0];
  }
  ~Pusher() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    close(times_from_);
  }
  Pusher(const Pusher&) = delete;
  Pusher& operator=(const Pusher&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Of every round; waits for the end of the last.
  [[nodiscard]] std::vector<double> times() const {
    std::vector<double> out;
    for (double time = 0; read(times_from_, &time, sizeof time) == sizeof time;)
      out.push_back(time);
    return out;
  }

 private:
  void serve(std::size_t connections, int rounds, int times_to) {
    epoll_ = epoll_create1(0);
    while (peers_.size() < connections) add(accept(listener_, nullptr, nullptr));
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) times.push_back(push());
    const auto bytes = times.size() * sizeof(double);
    if (write(times_to, times.data(), bytes) != static_cast<ssize_t>(bytes)) _exit(1);
  }

  void add(int fd) {
    if (fd < 0) _exit(1);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    peers_.push_back(fd);
  }

  double push() {
    const auto start = Clock::now();
    // Blocking: what does not fit the socket's buffer waits for its reader.
    for (const int fd : peers_) static_cast<void>(send(fd, message_.data(), message_.size(), 0));
    std::array<epoll_event, 512> events;
    for (std::size_t missing = peers_.size() * kAnswered; missing > 0;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      if (count <= 0) _exit(1);
      for (int i = 0; i < count; ++i) {
        missing -= take(events[static_cast<std::size_t>(i)].data.fd, kAnswered);
      }
    }
    return milliseconds_since(start);
  }

  const std::string message_;
  int port_ = 0;
  int listener_ = -1;
  pid_t child_ = -1;
  int times_from_ = -1;
  int epoll_ = -1;  ///< the child's, as all below
  std::vector<int> peers_;
};

}  // namespace

std::vector<double> push_and_acknowledge(std::size_t connections, std::size_t bytes, int rounds) {
  const Pusher pusher(connections, bytes, rounds);
  std::size_t answered = 0;
  EventLoop loop(pusher.port());
  for (std::size_t i = 0; i < connections; ++i) {
    auto& wire = loop.connect();
    wire.on_bytes = [&wire, &answered, bytes] {
      if (wire.in.size() < bytes) return;
      wire.in.erase(0, bytes);
      wire.send("acknowledged ok!");
      ++answered;
    };
  }
  const auto all = connections * static_cast<std::size_t>(rounds);
  loop.run_until([&] { return answered == all; }, 60s, "raw push");
  auto times = pusher.times();
  if (times.size() != static_cast<std::size_t>(rounds)) give_up("the raw push ended early");
  return times;
}

}  // namespace hotswap::perf
