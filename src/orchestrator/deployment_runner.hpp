#pragma once
// The effectful shell round decide(): loads, decides, saves everything in one commit, then acts.
// Deployments are driven by a few threads; one deployment is handled by one thread at a time.

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "domain/calendar/calendar.hpp"
#include "domain/ports/steady_time.hpp"
#include "domain/rollout/decide.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/deployment_runner_parts.hpp"
#include "orchestrator/deployment_watching.hpp"

namespace hotswap {

using DeploymentPtr = std::shared_ptr<const Deployment>;
struct DeploymentNews;

class DeploymentRunner {
 public:
  using Parts = DeploymentRunnerParts;
  /// Chooses the targets of a scheduled deployment anew. An error cancels it, unless it is the
  /// store's.
  using Prepare = std::function<Result<Prepared>(const Deployment&)>;
  /// The last judgement of one that has not ended.
  struct Health {
    ProfileName profile;
    Judgement judgement;
  };

  explicit DeploymentRunner(const Parts& parts);
  ~DeploymentRunner();
  /// Before load().
  void prepare_with(Prepare prepare) { prepare_ = std::move(prepare); }
  /// In a cluster, a deployment is driven by one node: `take` is asked before this one does, `left`
  /// is told when it no longer does. Without: this node drives everything. Before load().
  struct Sharing {
    std::function<bool(const DeploymentId&)> take;
    std::function<void(const DeploymentId&)> left;
  };
  void share(Sharing sharing) { sharing_ = std::move(sharing); }
  /// Before load().
  void watch(DeploymentWatching watching) { watching_ = std::move(watching); }

  /// Takes over all active deployments of the store (after a crash: where they were).
  [[nodiscard]] Result<void> load();
  /// A deployment that was just inserted, or goes on after its end: driven here unless another node
  /// does. `reverts`: the latter.
  void begin(Deployment deployment, bool reverts = false);
  /// Stores a new one by `first`, whose first change inserts it, and drives it. A large one's first
  /// step is part of the same commit where nothing stands against it: thousands are told sooner.
  [[nodiscard]] Result<void> start(const Deployment& deployment, ChangeSet first);
  /// One that this node has the right to drive, as it is stored now; another drove it before, or
  /// this one before it was started anew.
  void adopt(Deployment deployment);
  /// Another node drives it from now on, or may.
  void leave(const DeploymentId& id);
  /// Another node has saved it.
  void changed_elsewhere(const DeploymentId& id);
  /// Decides a command now, on this thread. NotFound if there is no such deployment. To promote a
  /// scheduled one starts it.
  [[nodiscard]] Result<Deployment> command(const Caller& caller, const DeploymentId& id,
                                           const DeploymentEvent& command);
  /// Pauses every running deployment in the scope, on this thread; one that was about to start is
  /// cancelled, one that rolls back is let go on. The halted ones' profiles. The first error of the
  /// store ends it.
  [[nodiscard]] Result<std::vector<ProfileName>> pause_all(const Caller& caller,
                                                           const CalendarScope& scope,
                                                           const std::string& reason);
  /// Observations; cheap, only queue.
  void observed(const Observation& observation);
  void health_arrived(const ServiceName& service, const std::string& environment);
  void measured(const DeploymentId& id);
  void vanished(const std::vector<InstanceId>& instances);
  void traffic_switched(const ServiceName& service, const std::string& environment,
                        const TrafficSwitched& switched);

  /// Handles everything that is due at the clock's time, on this thread; calls of hooks, too. For
  /// tests and the simulator; the threads of start() do the same.
  void run_due();
  /// Starts the driving threads, and some for hooks.
  void start(int threads);
  void stop();
  [[nodiscard]] std::size_t active() const;
  /// Times that a deployment had to rest because it had used its share of the CPU.
  [[nodiscard]] std::uint64_t rests() const { return rests_.load(); }
  /// As they were saved last.
  [[nodiscard]] std::vector<DeploymentPtr> active_deployments() const;
  [[nodiscard]] std::vector<Health> health() const;

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;

  void drive(const std::stop_token& stop);
  void handle_due();
  [[nodiscard]] EntryPtr take_due(WallTime now);
  [[nodiscard]] std::optional<WallTime> earliest() const;
  [[nodiscard]] EntryPtr find(const DeploymentId& id) const;
  /// Of one that is not driven here, for a command: nobody else sees it.
  [[nodiscard]] Result<EntryPtr> visit(const DeploymentId& id);
  [[nodiscard]] static EntryPtr entry_of(Deployment deployment);
  [[nodiscard]] Result<std::vector<EntryPtr>> in_scope(const CalendarScope& scope);
  void insert(const EntryPtr& entry);
  /// For one whose first commit is on its way: its instances may answer before that returns. False
  /// if another of its profile is there.
  [[nodiscard]] bool reserve(const EntryPtr& entry);
  /// Nothing: it has to be stored first, and started then.
  [[nodiscard]] std::optional<Result<void>> start_at_once(const Deployment& deployment,
                                                          const ChangeSet& first);
  /// `reverts`: it had ended before.
  void take_in(Deployment deployment, bool reverts);
  /// Takes it out; false if it was out already.
  bool retire(const EntryPtr& entry);
  void hook_answered(const DeploymentId& id, HookAnswered answer);
  /// Those of the registry who are no longer there count as vanished.
  void note_missing(const Deployment& deployment);
  /// A switch that was confirmed while nobody listened.
  void note_traffic(const Deployment& deployment);

  // deployment_driving.cpp, with the entry's mutex held.
  void handle(const EntryPtr& entry);
  [[nodiscard]] Result<void> handle_news(Entry& entry);
  [[nodiscard]] Result<void> take_news(Entry& entry, const DeploymentNews& news);
  [[nodiscard]] Result<void> measure_baseline_due(Entry& entry);
  [[nodiscard]] Result<void> prepare_due(Entry& entry);
  [[nodiscard]] Result<Deployment> command_now(const EntryPtr& entry, const Caller& caller,
                                               const DeploymentEvent& command);
  [[nodiscard]] Result<bool> halt(const EntryPtr& entry, const Caller& caller,
                                  const std::string& reason);
  void call_hooks(Entry& entry);
  [[nodiscard]] Result<void> apply(Entry& entry, const DeploymentEvent& event,
                                   const Caller* caller);
  /// `first`: changes of the same commit that come before.
  [[nodiscard]] Result<void> save(Entry& entry, Decision decision, const Caller* caller,
                                  ChangeSet first = {});
  /// The spans that end with this step.
  void trace(Entry& entry, const Decision& decision, WallTime now);
  void trace_takeover(const Deployment& deployment);
  [[nodiscard]] Result<void> reload(Entry& entry);
  /// Another node has raised its fence.
  void lose(const EntryPtr& entry);
  /// After a decision: when it is due next, or that it is done with.
  void settle(const EntryPtr& entry, bool failed);
  void rest(Entry& entry, std::chrono::nanoseconds used);
  [[nodiscard]] WallTime due_next(const Entry& entry, WallTime now) const;

  // deployment_judging.cpp, likewise.
  [[nodiscard]] Result<void> judge_now(Entry& entry, bool data_arrived);
  void look(Entry& entry, bool data, WallTime now);
  /// The record that belongs to this decision, if one does.
  [[nodiscard]] std::optional<HealthRecord> record_with(Entry& entry, const Deployment& next);
  [[nodiscard]] Result<void> record_alone(Entry& entry);

  Store& store_;
  Committer& committer_;
  FleetService& fleet_;
  VersionCache& versions_;
  Delivery& delivery_;
  Logger& logger_;
  const std::function<Measurements(const DeploymentId&)> measurements_;
  const std::function<std::chrono::nanoseconds()> thread_cpu_;
  const double cpu_share_;
  Tracer* const tracer_;
  std::atomic<std::uint64_t> rests_ = 0;
  const SteadyTime time_;
  Prepare prepare_;
  Sharing sharing_;
  DeploymentWatching watching_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<DeploymentId, EntryPtr> entries_;
  DeploymentId last_taken_;
  std::map<ProfileName, EntryPtr> by_profile_;
  std::vector<std::jthread> threads_;
  HookPool hooks_;  ///< stops first: its answers come here
};

}  // namespace hotswap
