#pragma once
// When the retention runs, and what people are told of it: every day at a minute of the day, on
// the node that leads, and whenever an Admin asks, on the node that was asked. Runs are recorded in
// the store, so that every node can tell of them and a day that was slept through is made up for.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/random.hpp"
#include "domain/ports/tracer.hpp"
#include "orchestrator/retention_service.hpp"

namespace hotswap {

/// How the archive was found when it was looked at last.
struct ArchiveHealth {
  std::string where;             ///< empty: there is none
  std::optional<Error> error{};  ///< nothing: it can be used
};

class RetentionJob {
 public:
  /// What it works with; all of it outlives the job.
  struct Parts {
    RetentionService& work;
    Store& store;
    Committer& committer;
    Archive* archive = nullptr;
    const Clock& clock;
    Random& random;
    Logger& logger;
    Metrics& metrics;
    RetentionPolicy policy{};
    std::optional<std::chrono::minutes> at{};  ///< since midnight UTC; nothing: only when asked
    /// In a cluster one node looks at the clock. Empty: this one does.
    std::function<bool()> may_run{};
    Tracer* tracer = nullptr;  ///< a run that was asked for belongs to the request's trace
  };
  explicit RetentionJob(const Parts& parts);
  ~RetentionJob();

  struct View {
    RetentionPolicy policy;
    std::optional<std::chrono::minutes> at;
    std::optional<WallTime> next;
    ArchiveHealth archive;
    std::vector<RetentionRun> runs;  ///< newest first
  };
  /// Forbidden.
  [[nodiscard]] Result<View> view(const Caller& caller);
  /// Begins a run on this node; view() tells how it goes. Forbidden, Conflict `retention.running`
  /// while one runs anywhere, Unavailable `retention.no_archive`.
  [[nodiscard]] Result<RetentionRun> ask(const Caller& caller, bool dry);
  /// Without asking it anything: for health checks.
  [[nodiscard]] ArchiveHealth archive_health() const;

  /// Looks at the archive, then does on this thread what was asked for or is due. The thread of
  /// start() does the same.
  void tick();
  void start();
  /// A run that goes on ends after the profile that it is at.
  void stop();

 private:
  struct Order {
    Caller caller;
    RetentionRun run;
    bool scheduled = false;
  };
  [[nodiscard]] Result<RetentionRun> begun(const Caller& caller, bool dry);
  [[nodiscard]] Result<void> record(const RetentionRun& run);
  [[nodiscard]] std::optional<Order> take_order();
  [[nodiscard]] std::optional<Order> due();
  void look_at_archive();
  void work(Order order);
  [[nodiscard]] Result<void> may_go_on(const Order& order, RetentionRun run, MonoTime& beat);
  void count(const RetentionRun& run);
  void show_last_success(const std::vector<RetentionRun>& runs);
  [[nodiscard]] bool may_run() const { return !parts_.may_run || parts_.may_run(); }

  const Parts parts_;
  const WallTime since_;

  mutable std::mutex mutex_;  ///< guards what follows; never held while others are called
  std::condition_variable_any wake_;
  std::optional<Order> order_;
  ArchiveHealth health_;
  std::optional<MonoTime> looked_;
  std::stop_source stopping_;
  std::jthread thread_;
};

}  // namespace hotswap
