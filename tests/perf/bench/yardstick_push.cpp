#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "perf/bench/yardsticks.hpp"
#include "perf/support/event_loop.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPushed = 1024;
constexpr std::size_t kAnswered = 16;

/// Reads up to `want` bytes; what arrived.
std::size_t take(int fd, std::size_t want) {
  std::array<char, kPushed> room;
  const auto bytes = recv(fd, room.data(), std::min(want, room.size()), 0);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

/// The pushing side: accepts everybody, then pushes `rounds` times when told to.
class Pusher {
 public:
  Pusher(std::size_t connections, int rounds)
      : listener_(listen_somewhere(port_)),
        epoll_(epoll_create1(0)),
        thread_([this, connections, rounds] { serve(connections, rounds); }) {}
  ~Pusher() {
    thread_.join();
    for (const int fd : peers_) close(fd);
    close(epoll_);
    close(listener_);
  }
  Pusher(const Pusher&) = delete;
  Pusher& operator=(const Pusher&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const std::vector<double>& times() const { return times_; }

 private:
  void serve(std::size_t connections, int rounds) {
    while (peers_.size() < connections) add(accept(listener_, nullptr, nullptr));
    for (int round = 0; round < rounds; ++round) times_.push_back(push());
    done_ = true;
  }

  void add(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    peers_.push_back(fd);
  }

  double push() {
    const std::string message(kPushed, 'x');
    const auto start = Clock::now();
    for (const int fd : peers_) static_cast<void>(send(fd, message.data(), message.size(), 0));
    std::array<epoll_event, 512> events;
    for (std::size_t missing = peers_.size() * kAnswered; missing > 0;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      if (count <= 0) break;  // seen by the other side as well, which gives up
      for (int i = 0; i < count; ++i) {
        missing -= take(events[static_cast<std::size_t>(i)].data.fd, kAnswered);
      }
    }
    return milliseconds_since(start);
  }

  int port_ = 0;
  int listener_;
  int epoll_;
  std::vector<int> peers_;
  std::vector<double> times_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace

std::vector<double> push_and_acknowledge(std::size_t connections, int rounds) {
  Pusher pusher(connections, rounds);
  EventLoop loop(pusher.port());
  for (std::size_t i = 0; i < connections; ++i) {
    auto& wire = loop.connect();
    wire.on_bytes = [&wire] {
      if (wire.in.size() < kPushed) return;
      wire.in.erase(0, kPushed);
      wire.send("acknowledged ok!");
    };
  }
  loop.run_until([&] { return pusher.done(); }, 30s, "raw push");
  return pusher.times();
}

}  // namespace hotswap::perf
