#pragma once
// The log of this server as people steer it: levels changed while it runs, which may go back by
// themselves, and its newest lines.

#include <optional>

#include "domain/base/mutex.hpp"
#include "domain/log/book.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

/// Thread-safe. Of this node only: others keep their levels.
class LogService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Committer& committer;
    const Clock& clock;
    Logger& logger;
    LogBook& book;
    Metrics& metrics;
    std::string node;  ///< of whom the answers speak
  };
  struct View {
    std::string node;
    LogLevels levels, at_start;
    std::optional<WallTime> until;  ///< those of the start count again then
  };
  static constexpr Duration kLongest = std::chrono::hours(24);

  explicit LogService(const Parts& parts);

  /// Errors: Forbidden.
  [[nodiscard]] Result<View> view(const Caller& caller) const;
  /// From now on; `lasting`: for so long, else until somebody changes them or the server stops.
  /// Audited first: levels that nobody answers for are not taken. Errors: Forbidden, Invalid
  /// `log.levels`, those of the store.
  [[nodiscard]] Result<View> set(const Caller& caller, std::string_view levels,
                                 std::optional<Duration> lasting);
  /// JSON objects, oldest first. Errors: Forbidden.
  [[nodiscard]] Result<std::vector<std::string>> recent(const Caller& caller,
                                                        std::size_t count) const;
  /// Levels whose time is over go back; counts go to the metrics. About every second.
  void tick();

 private:
  struct Counted {
    Counter& counter;
    const std::atomic<std::uint64_t>& source;
    std::uint64_t told = 0;
  };

  [[nodiscard]] View look() const HS_REQUIRES(mutex_);
  void take(const LogLevels& levels) HS_REQUIRES(mutex_);
  void count(const std::string& name, const std::string& help, const MetricLabels& labels,
             const std::atomic<std::uint64_t>& source);

  const Parts parts_;
  mutable Mutex mutex_;
  LogLevels now_ HS_GUARDED_BY(mutex_);
  std::optional<WallTime> until_ HS_GUARDED_BY(mutex_);
  std::optional<MonoTime> due_ HS_GUARDED_BY(mutex_);
  std::vector<Counted> counted_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
