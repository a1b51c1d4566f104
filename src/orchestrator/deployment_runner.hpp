#pragma once
// The effectful shell round decide(): loads, decides, saves everything in one commit, then acts.
// Deployments are driven by a few threads; one deployment is handled by one thread at a time.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "domain/ports/clock.hpp"
#include "domain/ports/delivery.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/steady_time.hpp"
#include "domain/rollout/decide.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/fleet_service.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

class DeploymentRunner {
 public:
  /// What it works with; all of it outlives the runner.
  struct Parts {
    Store& store;
    Committer& committer;
    FleetService& fleet;
    VersionCache& versions;
    Delivery& delivery;
    const Clock& clock;
    Logger& logger;
  };
  explicit DeploymentRunner(const Parts& parts);
  ~DeploymentRunner();

  /// Takes over all active deployments of the store (after a crash: where they were).
  [[nodiscard]] Result<void> load();
  /// A deployment that was just inserted.
  void adopt(Deployment deployment);
  /// Decides a command now, on this thread. NotFound if there is no such deployment.
  [[nodiscard]] Result<Deployment> command(const Caller& caller, const DeploymentId& id,
                                           const DeploymentEvent& command);
  /// Observations; cheap, only queues.
  void observed(const Observation& observation);
  void health_arrived(const ServiceName& service, const std::string& environment);
  void vanished(const std::vector<InstanceId>& instances);

  /// Handles everything that is due at the clock's time, on this thread. For tests and the
  /// simulator; the threads of start() do the same.
  void run_due();
  /// Starts the driving threads.
  void start(int threads);
  void stop();
  [[nodiscard]] std::size_t active() const;

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;

  void drive(const std::stop_token& stop);
  [[nodiscard]] EntryPtr take_due(WallTime now);
  [[nodiscard]] std::optional<WallTime> earliest() const;
  [[nodiscard]] EntryPtr find_or_load(const DeploymentId& id, Error& error);
  EntryPtr insert(Deployment deployment);
  void handle(const EntryPtr& entry);
  [[nodiscard]] Result<void> handle_pending(Entry& entry);
  [[nodiscard]] Result<void> judge_now(Entry& entry, bool data_arrived);
  [[nodiscard]] Result<void> apply(Entry& entry, const DeploymentEvent& event,
                                   const Caller* caller);
  [[nodiscard]] Result<void> save(Entry& entry, Decision decision, const Caller* caller);
  [[nodiscard]] Result<void> reload(Entry& entry);
  /// After a decision, with the entry's mutex held: when it is due next, or that it is done with.
  void settle(const EntryPtr& entry, bool failed);
  /// Those of the registry who are no longer there count as vanished.
  void note_missing(const Deployment& deployment);

  Store& store_;
  Committer& committer_;
  FleetService& fleet_;
  VersionCache& versions_;
  Delivery& delivery_;
  Logger& logger_;
  const SteadyTime time_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<DeploymentId, EntryPtr> entries_;
  DeploymentId last_taken_;
  std::map<ProfileName, EntryPtr> by_profile_;
  std::vector<std::jthread> threads_;
};

}  // namespace hotswap
