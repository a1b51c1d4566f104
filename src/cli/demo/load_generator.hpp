#pragma once
// Steady traffic on the demo's instances, and what its callers saw.

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hotswap::cli {

struct LoadTarget {
  std::string name;
  int port = 0;
};

/// What callers saw over a span of time.
struct LoadFigures {
  std::size_t requests = 0;
  std::size_t failures = 0;  ///< no answer, or a status of 500 and above
  double p99 = 0;            ///< milliseconds
  [[nodiscard]] double error_percent() const {
    return requests == 0 ? 0
                         : 100.0 * static_cast<double>(failures) / static_cast<double>(requests);
  }
};

class LoadGenerator {
 public:
  /// Starts at once: `per_second` POST /pay on every target, over two connections each.
  LoadGenerator(std::vector<LoadTarget> targets, int per_second);
  ~LoadGenerator();
  LoadGenerator(const LoadGenerator&) = delete;
  LoadGenerator& operator=(const LoadGenerator&) = delete;

  /// All targets, over the last `span` (up to kKept).
  [[nodiscard]] LoadFigures recent(std::chrono::milliseconds span) const;
  /// Failures of each target since the start, in the order of the targets.
  [[nodiscard]] std::vector<std::size_t> failures() const;
  [[nodiscard]] std::size_t requests() const;
  [[nodiscard]] const std::vector<LoadTarget>& targets() const { return targets_; }

 private:
  static constexpr auto kKept = std::chrono::seconds(10);
  static constexpr int kConnections = 2;
  using Clock = std::chrono::steady_clock;
  struct Call {
    Clock::time_point at;
    double milliseconds;
    bool ok;
  };
  struct Lane {
    mutable std::mutex mutex;
    std::deque<Call> calls;
    std::size_t failures = 0;
    std::size_t requests = 0;
  };

  void drive(const std::stop_token& stop, std::size_t target, Clock::duration offset);
  void note(Lane& lane, Call call);

  const std::vector<LoadTarget> targets_;
  const Clock::duration every_;
  std::vector<std::unique_ptr<Lane>> lanes_;  ///< one per target
  std::vector<std::jthread> threads_;         ///< last: they use all of the above
};

}  // namespace hotswap::cli
