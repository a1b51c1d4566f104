#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "perf/bench/yardsticks.hpp"
#include "perf/support/event_loop.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

/// A connection over loopback, both ends.
struct Pair {
  int from = -1;
  int to = -1;
};

class Pairs {
 public:
  explicit Pairs(std::size_t count) {
    int port = 0;
    const int listener = listen_somewhere(port);
    for (std::size_t i = 0; i < count; ++i) {
      const int to = connect_to(port);
      all_.push_back({accept(listener, nullptr, nullptr), to});
      if (to < 0 || all_.back().from < 0) give_up("loopback copy: no connection");
    }
    close(listener);
  }
  ~Pairs() {
    for (const auto& pair : all_) close(pair.from), close(pair.to);
  }
  Pairs(const Pairs&) = delete;
  Pairs& operator=(const Pairs&) = delete;
  [[nodiscard]] const std::vector<Pair>& all() const { return all_; }

 private:
  std::vector<Pair> all_;
};

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // seen by the reading side, which gives up
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void receive_all(int fd, std::string& into) {
  for (std::size_t have = 0; have < into.size();) {
    const auto got = recv(fd, into.data() + have, into.size() - have, 0);
    if (got <= 0) give_up("loopback copy: broke off");
    have += static_cast<std::size_t>(got);
  }
}

}  // namespace

std::vector<double> copy_to_each(std::size_t connections, std::size_t bytes, int rounds) {
  const Pairs pairs(connections);
  const std::string message(bytes, 'x');
  std::string received(bytes, '\0');
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    std::thread sender([&] {
      for (const auto& pair : pairs.all()) send_all(pair.from, message);
    });
    for (const auto& pair : pairs.all()) receive_all(pair.to, received);
    sender.join();
    times.push_back(milliseconds_since(start));
  }
  return times;
}

}  // namespace hotswap::perf
