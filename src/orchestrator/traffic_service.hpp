#pragma once
// Which pool of a service is live: asked for by people and deployments, carried out by routers.
// The store holds what is wanted; a few threads make it so, one service at a time each, and go on
// until the router confirms. What was wanted before a crash is carried out after it.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/steady_time.hpp"
#include "domain/ports/traffic_router.hpp"
#include "domain/rollout/decide.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class TrafficService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    TrafficRouter& router;
    const Clock& clock;
    Logger& logger;
    /// In a cluster one node carries out; asked before each round. Empty: this one does.
    std::function<bool()> may_work{};
  };
  using Switched = std::function<void(const ServiceName&, const std::string& environment,
                                      const TrafficSwitched&)>;

  explicit TrafficService(const Parts& parts);
  ~TrafficService();

  // Use cases.
  /// NotFound `traffic.not_found`.
  [[nodiscard]] Result<Traffic> get(const Caller& caller, const ServiceName& service,
                                    const std::string& environment);
  /// Creates it (revision 1 in the answer) or takes over the described router, pools and live pool;
  /// the latter stays where it is when the body does not name it. `if_match`: revision or nothing;
  /// PreconditionFailed `traffic.changed` if it differs. While a deployment switches this service's
  /// pools, only the router may change: Conflict `traffic.in_use`.
  [[nodiscard]] Result<Traffic> put(const Caller& caller, const ServiceName& service,
                                    const std::string& environment, const json::Value& body,
                                    std::optional<std::uint64_t> if_match);
  /// By hand. Asked for the pool that is wanted already, it only tries the router again at once.
  /// Invalid `traffic.invalid` for a pool that is none; Conflict `traffic.in_use`.
  [[nodiscard]] Result<Traffic> switch_to(const Caller& caller, const ServiceName& service,
                                          const std::string& environment, const std::string& pool,
                                          const std::string& reason);

  // For deployments.
  /// Nothing if the service has no traffic resource.
  [[nodiscard]] Result<std::optional<Traffic>> of(const ServiceName& service,
                                                  const std::string& environment);
  /// Told after every attempt, on the thread that made it; and once at start() of what was
  /// confirmed before. Listeners are added before start().
  void on_switched(Switched listener);
  /// Something was committed; it is found by itself, so this only makes sure.
  void wake();

  [[nodiscard]] bool may_work() const { return !may_work_ || may_work_(); }
  /// Carries out everything that is due at the clock's time, on this thread. For tests; the threads
  /// of start() do the same.
  void run_due();
  void start(int threads);
  void stop();

 private:
  using Key = std::pair<ServiceName, std::string>;
  struct Job {
    std::uint64_t generation = 0;
    std::uint32_t attempts = 0;
    WallTime due{};
    bool busy = false;
    bool again = false;  ///< asked for once more while busy
  };

  [[nodiscard]] Result<void> refuse_while_deployed(const Key& key);
  /// What the body makes of the stored one (or of none: revision 0).
  [[nodiscard]] Result<Traffic> merged(const Key& key, const json::Value& body,
                                       std::optional<std::uint64_t> if_match);
  [[nodiscard]] Result<Traffic> save(const Caller& caller, Traffic traffic, const std::string& what,
                                     const std::string& reason);

  void note(const Traffic& traffic);
  void try_now(const Key& key);
  void read_store();
  [[nodiscard]] bool read_due(WallTime now) const;
  [[nodiscard]] std::optional<Key> take_due(WallTime now);
  /// Ok: nothing is left to do, or what was done no longer counts.
  [[nodiscard]] Result<void> attempt(const Key& key);
  /// False: something else is wanted by now.
  [[nodiscard]] Result<bool> record(const Traffic& routed, const Result<void>& outcome);
  void settle(const Key& key, bool failed);
  void tell(const Traffic& traffic, bool ok, std::string detail) const;
  void drive(const std::stop_token& stop);
  [[nodiscard]] std::optional<WallTime> earliest() const;

  Store& store_;
  Committer& committer_;
  TrafficRouter& router_;
  const std::function<bool()> may_work_;
  Logger& logger_;
  const SteadyTime time_;
  std::vector<Switched> listeners_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<Key, Job> jobs_;     ///< what is not confirmed yet
  bool read_wanted_ = true;     ///< a commit may have been missed
  WallTime read_not_before_{};  ///< the store failed
  std::vector<std::jthread> threads_;
};

}  // namespace hotswap
