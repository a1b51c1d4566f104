#pragma once
// Asks the metrics source what the Query criteria of running deployments need, each at its
// interval, several at a time, so that a slow query holds up no other.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/health/evidence.hpp"
#include "domain/ports/metrics_source.hpp"
#include "domain/ports/steady_time.hpp"
#include "domain/ports/tracer.hpp"
#include "domain/rollout/deployment.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

/// What is asked for one cohort, in words.
struct CohortQueries {
  std::string treated;
  std::optional<std::string> control;  ///< nothing: the query is of everybody, or nobody is left
};

/// Variables filled in: who runs the version by now, and who still runs what was before. Nothing
/// while nobody runs it.
[[nodiscard]] std::optional<CohortQueries> cohort_queries(const Criterion& criterion,
                                                          const Deployment& deployment,
                                                          const std::vector<Instance>& live);

class MetricsPoller {
 public:
  using Active = std::function<std::vector<std::shared_ptr<const Deployment>>()>;

  /// `source` may be null: every Query is then an error that says so. All outlive this.
  MetricsPoller(MetricsSource* source, Active active, FleetService& fleet, const Clock& clock);
  ~MetricsPoller();
  MetricsPoller(const MetricsPoller&) = delete;
  MetricsPoller& operator=(const MetricsPoller&) = delete;

  /// The newest answer of each criterion.
  [[nodiscard]] Measurements newest(const DeploymentId& id) const;
  /// Called after each measurement, on a thread of the poller's; set before start().
  void on_measured(std::function<void(const DeploymentId&)> listener);
  /// Questions are asked in the deployment's trace; set before start().
  void trace_with(Tracer* tracer) { tracer_ = tracer; }

  void start();
  /// Waits for queries under way. Idempotent.
  void stop();
  /// Everything that is due now, on this thread.
  void run_due();

 private:
  using Key = std::pair<DeploymentId, std::string>;
  struct Job {
    Key key;
    CohortQueries queries;
    Duration interval{};
    tracing::Context trace{};
  };
  struct Progress {
    WallTime due{};
    bool under_way = false;
    std::optional<Measurement> newest;
  };
  /// Queues what is due; forgets deployments that are over.
  void plan();
  void plan(const Deployment& deployment, WallTime now, std::set<Key>& known);
  [[nodiscard]] std::optional<Job> take_job();
  void run(const Job& job);
  [[nodiscard]] Measurement measure(const Job& job);
  void work(const std::stop_token& stop);
  void keep_planning(const std::stop_token& stop);

  MetricsSource* const source_;
  const Active active_;
  FleetService& fleet_;
  const Clock& clock_;
  const SteadyTime time_;
  std::vector<std::function<void(const DeploymentId&)>> listeners_;
  Tracer* tracer_ = nullptr;
  mutable Mutex mutex_;
  CondVar changed_;
  std::map<Key, Progress> progress_ HS_GUARDED_BY(mutex_);
  std::deque<Job> jobs_ HS_GUARDED_BY(mutex_);
  bool stopping_ HS_GUARDED_BY(mutex_) = false;
  std::mutex pause_mutex_;
  std::condition_variable_any pause_;  ///< between two looks at what is due
  std::vector<std::jthread> threads_;
};

}  // namespace hotswap
