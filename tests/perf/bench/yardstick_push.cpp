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

/// Reads up to `want` bytes; what arrived.
std::size_t take(int fd, std::size_t want) {
  std::array<char, 1024> room;
  const auto bytes = recv(fd, room.data(), std::min(want, room.size()), 0);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

/// The pushing side, a process of its own as a server is (and with its own descriptors): accepts
/// everybody, then pushes a number of times and writes down how long each took.
class Pusher {
 public:
  Pusher(std::size_t connections, std::size_t bytes, int rounds, Acknowledgement how)
      : message_(bytes, 'x'), answer_(how.answered, 'x'), acknowledged_(how.bytes) {
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
  struct Peer {
    int fd = -1;
    std::size_t missing = 0;  ///< bytes of its acknowledgement
  };

  void serve(std::size_t connections, int rounds, int times_to) {
    epoll_ = epoll_create1(0);
    while (peers_.size() < connections) add(accept(listener_, nullptr, nullptr));
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) times.push_back(push());
    const auto bytes = times.size() * sizeof(double);
    if (write(times_to, times.data(), bytes) != static_cast<ssize_t>(bytes)) _exit(1);
    close(times_to);
    pause();  // the last answers are still being read; the parent ends this
  }

  void add(int fd) {
    if (fd < 0) _exit(1);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = peers_.size();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    peers_.push_back({fd, 0});
  }

  double push() {
    const auto start = Clock::now();
    // Blocking: what does not fit the socket's buffer waits for its reader.
    for (Peer& peer : peers_) {
      peer.missing = acknowledged_;
      static_cast<void>(send(peer.fd, message_.data(), message_.size(), 0));
    }
    std::array<epoll_event, 512> events;
    for (std::size_t missing = peers_.size(); missing > 0;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      if (count <= 0) _exit(1);
      for (int i = 0; i < count; ++i) {
        if (acknowledges(peers_[events[static_cast<std::size_t>(i)].data.u64])) --missing;
      }
    }
    return milliseconds_since(start);
  }

  /// Whether its acknowledgement is whole now; then it is answered.
  bool acknowledges(Peer& peer) const {
    peer.missing -= take(peer.fd, peer.missing);
    if (peer.missing > 0) return false;
    if (!answer_.empty()) static_cast<void>(send(peer.fd, answer_.data(), answer_.size(), 0));
    return true;
  }

  const std::string message_, answer_;
  const std::size_t acknowledged_;
  int port_ = 0;
  int listener_ = -1;
  pid_t child_ = -1;
  int times_from_ = -1;
  int epoll_ = -1;  ///< the child's, as all below
  std::vector<Peer> peers_;
};

}  // namespace

std::vector<double> push_and_acknowledge(std::size_t connections, std::size_t bytes, int rounds,
                                         Acknowledgement how) {
  const Pusher pusher(connections, bytes, rounds, how);
  const std::string acknowledgement(how.bytes, 'a');
  std::size_t rounds_done = 0;
  EventLoop loop(pusher.port());
  for (std::size_t i = 0; i < connections; ++i) {
    auto& wire = loop.connect();
    wire.on_bytes = [&, waits_for_answer = false]() mutable {
      const auto wanted = waits_for_answer ? how.answered : bytes;
      if (wire.in.size() < wanted) return;
      wire.in.erase(0, wanted);
      if (!waits_for_answer) wire.send(acknowledgement);
      waits_for_answer = !waits_for_answer && how.answered > 0;
      if (!waits_for_answer) ++rounds_done;
    };
  }
  const auto all = connections * static_cast<std::size_t>(rounds);
  loop.run_until([&] { return rounds_done == all; }, 60s, "raw push");
  auto times = pusher.times();
  if (times.size() != static_cast<std::size_t>(rounds)) give_up("the raw push ended early");
  return times;
}

}  // namespace hotswap::perf
