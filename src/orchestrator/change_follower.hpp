#pragma once
// Follows what the other nodes of a cluster commit: reads the change log from where this node
// stands, in order and without gaps, brings the registry up to date and tells the listeners of the
// committer as if it had been done here. A lost wake-up costs kLookAgain, nothing else.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/deployment_runner.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

class ChangeFollower {
 public:
  static constexpr Duration kLookAgain = std::chrono::milliseconds(500);
  /// The log is kept for longer than this; who was away for so long reads everything anew.
  static constexpr Duration kAwayMax = std::chrono::minutes(30);

  struct Parts {
    Store& store;
    Committer& committer;
    FleetService& fleet;
    DeploymentRunner& runner;
    const Clock& clock;
    Logger& logger;
  };
  ChangeFollower(const Parts& parts, std::string node);
  ~ChangeFollower();

  /// Where to start: before the registry is loaded.
  [[nodiscard]] Result<void> begin();
  /// There may be something new. Thread-safe, cheap.
  void wake();
  /// Takes in all that is new, on this thread; what the thread of start() does.
  [[nodiscard]] Result<void> follow();
  void start();
  void stop();
  /// Changes that are committed but not followed yet, at the last look.
  [[nodiscard]] std::uint64_t behind() const { return behind_; }

 private:
  [[nodiscard]] Result<void> take(const LoggedChange& change);
  /// What the log only names is read from the store.
  [[nodiscard]] Result<void> complete(Touched& touched);
  [[nodiscard]] Result<void> start_over();
  void drive(const std::stop_token& stop);

  const Parts parts_;
  const std::string node_;
  std::mutex follow_mutex_;
  std::uint64_t last_ = 0;
  MonoTime looked_{};
  std::atomic<std::uint64_t> behind_ = 0;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool woken_ = false;
  std::jthread thread_;
};

}  // namespace hotswap
