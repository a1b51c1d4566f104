#pragma once
// Looks at the health URL of every instance from here, each once per interval, evenly spread over
// it; what is found counts as the instance's health check.

#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/prober.hpp"
#include "domain/ports/steady_time.hpp"
#include "domain/ports/tracer.hpp"
#include "domain/rollout/deployment.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

struct ProbeOptions {
  Duration interval = std::chrono::seconds(30);  ///< zero: nobody is looked at
  Duration timeout = std::chrono::seconds(5);
};

class HealthProber {
 public:
  /// All of it outlives this; answers that come later are dropped.
  HealthProber(FleetService& fleet, Prober& prober, Metrics& metrics, const Clock& clock,
               ProbeOptions options);
  ~HealthProber();
  HealthProber(const HealthProber&) = delete;
  HealthProber& operator=(const HealthProber&) = delete;

  using Active = std::function<std::vector<std::shared_ptr<const Deployment>>()>;
  /// Looks at what a deployment under way has told to run another version are taken in its trace.
  /// Before the first run_due().
  void trace_with(Tracer* tracer, Active active);

  /// Starts the looks that fell due since the call before. Called every 250 ms or so; a call that
  /// comes late catches up.
  void run_due();

 private:
  /// Shared with answers that are still under way.
  struct State {
    Mutex mutex;
    bool over HS_GUARDED_BY(mutex) = false;
    /// A look that waits for its turn is not asked for twice.
    std::unordered_set<InstanceId> under_way HS_GUARDED_BY(mutex);
  };
  /// Whether the instance's own moment in the interval lies in (before, now].
  [[nodiscard]] bool is_due(const InstanceId& id, WallTime before, WallTime now) const;
  void look(const InstanceId& id, const std::string& url);
  using Traces = std::unordered_map<InstanceId, tracing::Context>;
  [[nodiscard]] Traces watched() const;
  void answered(State& state, const InstanceId& id, const Prober::Answer& answer)
      HS_REQUIRES(state.mutex);

  FleetService& fleet_;
  Prober& prober_;
  const SteadyTime time_;
  const ProbeOptions options_;
  Counter& healthy_;
  Counter& unhealthy_;
  Counter& skipped_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  WallTime before_;
  Tracer* tracer_ = nullptr;
  Active active_;
};

}  // namespace hotswap
