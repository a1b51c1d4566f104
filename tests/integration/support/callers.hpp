#pragma once
// Steady callers of one port, and everything that they saw. Strict: a connection that breaks under
// a request, an answer that is late or not 200 are failures, and nothing is asked twice.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hotswap::integration {

/// What callers saw over a span of time.
struct Seen {
  std::size_t requests = 0;
  std::size_t failures = 0;
  double p50 = 0, p99 = 0;          ///< milliseconds
  std::vector<std::string> causes;  ///< of the first failures
  [[nodiscard]] std::string text() const;
};

class Callers {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts at once: `count` callers with a kept connection each, `per_second` requests together.
  Callers(int port, int count, int per_second);
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  [[nodiscard]] Seen seen(Clock::time_point from, Clock::time_point to) const;
  [[nodiscard]] Seen all() const { return seen({}, Clock::time_point::max()); }

 private:
  struct Call {
    Clock::time_point at;
    double milliseconds;
    std::string failure;  ///< empty: 200
  };
  struct Lane {
    mutable std::mutex mutex;
    std::vector<Call> calls;
  };
  void drive(const std::stop_token& stop, Lane& lane, Clock::duration offset) const;

  const int port_;
  const Clock::duration every_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::jthread> threads_;  ///< last: they use all of the above
};

}  // namespace hotswap::integration
