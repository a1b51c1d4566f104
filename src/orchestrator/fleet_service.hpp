#pragma once
// Instances: registration, what each shall run, what each says it runs, and how it feels.
// The registry of live instances is in memory, loaded from the store at start; heartbeats are
// gathered there and written in batches, never one transaction each.

#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "domain/base/mutex.hpp"
#include "domain/fleet/attention.hpp"
#include "domain/health/windows.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"
#include "domain/ports/steady_time.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/fleet_types.hpp"
#include "orchestrator/live_instance.hpp"
#include "orchestrator/schema_verdicts.hpp"

namespace hotswap {

class FleetService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    SchemaVerdicts& verdicts;
    const Clock& clock;
    Random& random;
  };
  FleetService(const Parts& parts, FleetOptions options);

  /// In a cluster each instance is at home on the node that hears its heartbeats; this one says so
  /// under this id. What the others hear comes in by the calls of fleet_sharing.cpp. Before load().
  void share(std::string node) { node_ = std::move(node); }
  [[nodiscard]] bool shared() const { return !node_.empty(); }

  /// Reads the registry from the store; before anything else.
  [[nodiscard]] Result<void> load();

  // Use cases of the API. All but heartbeat, desired and live are blocking; those, too, read the
  // store in a cluster when they are asked for an instance that is not known here yet.
  /// Invalid `instance.invalid` for schemas that are none. One that was built for a schema that
  /// refuses what is live gets it nevertheless; the profile's timeline says so.
  [[nodiscard]] Result<Registered> register_instance(const Caller& caller, Registration request);
  /// Memory only; never blocks on the store. NotFound `instance.not_found`: register again.
  [[nodiscard]] Result<HeartbeatReply> heartbeat(const Caller& caller, const InstanceId& id,
                                                 Heartbeat heartbeat);
  [[nodiscard]] Result<std::vector<Assignment>> desired(const Caller& caller, const InstanceId& id);
  [[nodiscard]] Result<InstanceView> get(const Caller& caller, const InstanceId& id);
  [[nodiscard]] Result<Page<InstanceView>> list(const Caller& caller, const InstanceFilter& filter,
                                                const PageRequest& page);
  [[nodiscard]] Result<void> remove(const Caller& caller, const InstanceId& id);

  // For the runner and background work.
  /// Observations of instances, as they arrive (on the heartbeat's thread).
  void on_observed(std::function<void(const Observation&)> listener);
  /// Metrics have arrived for an instance of this service.
  void on_health(std::function<void(const ServiceName&, const std::string& environment)> listener);
  /// Instances became Degraded or were removed.
  void on_vanished(std::function<void(const std::vector<InstanceId>&)> listener);

  [[nodiscard]] std::vector<Instance> live(const ServiceName& service,
                                           const std::string& environment) const;
  [[nodiscard]] bool has(const InstanceId& id, const ServiceName& service,
                         const std::string& environment) const;
  /// How these stand to a profile now, in their order.
  [[nodiscard]] std::vector<Standing> standing(const ProfileName& profile,
                                               const std::vector<Instance>& instances) const;
  /// Its host, empty if it is not registered.
  [[nodiscard]] std::string host(const InstanceId& id) const;
  [[nodiscard]] std::vector<Assignment> assigned(const ProfileName& profile) const;
  [[nodiscard]] std::vector<Observation> observed(const ProfileName& profile) const;
  /// Reads a profile's assignments from the store again; those that this registry did not know: a
  /// commit whose answer was lost.
  [[nodiscard]] Result<std::vector<Assignment>> refresh(const ProfileName& profile);
  /// Sum over [from, to) of one instance.
  [[nodiscard]] Sample sum(const InstanceId& id, WallTime from, WallTime to) const;
  /// f(const HealthWindows&) while nothing comes in; keep it short.
  template <class F>
  auto with_windows(F&& f) const {
    const MutexLock lock(mutex_);
    return std::forward<F>(f)(windows_);
  }
  /// What was measured from outside, now; tells those who listen for health. Unknown: ignored.
  void take_sample(const InstanceId& id, const Sample& sample);
  /// One look at its health URL: a health check, remembered for people.
  void take_probe(const InstanceId& id, ProbeResult result);
  /// The newest that it sent, oldest first.
  [[nodiscard]] std::vector<LogLine> log_lines(const InstanceId& id) const;
  /// Of live instances that have one and that `wanted` takes.
  [[nodiscard]] std::vector<std::pair<InstanceId, std::string>> health_urls(
      const std::function<bool(const InstanceId&)>& wanted) const;
  [[nodiscard]] Duration heartbeat_interval() const { return options_.heartbeat_interval; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] InstanceCensus census() const;

  // For what other nodes say (fleet_sharing.cpp).
  struct Relayed {
    InstanceId instance;
    Sample sample;
  };
  /// Measurements that were heard here since the last call, for the other nodes; at most
  /// limits::kRelayed.
  [[nodiscard]] std::vector<Relayed> take_outgoing();
  void take_relayed(const std::vector<Relayed>& relayed);
  /// Reads these anew; those that are gone are forgotten.
  [[nodiscard]] Result<void> learn(const std::set<InstanceId>& ids);
  /// The same of all that the store has of a service.
  [[nodiscard]] Result<void> learn(const ServiceName& service, const std::string& environment);
  /// They are well, and at home on that node.
  void heard_elsewhere(const std::vector<InstanceId>& ids, const std::string& node);
  void observed_elsewhere(const std::vector<Observation>& observations);
  void removed_elsewhere(const std::vector<InstanceId>& ids) { forget(ids); }
  /// Takes in those whose home is none of `living`: their silence counts from now on.
  void adopt_homeless(const std::set<std::string>& living);
  /// The store has just taken a write of this node. When it took none for a while, silence counts
  /// anew for everybody: who went on at another node could not be said to have moved.
  void store_wrote();
  [[nodiscard]] std::size_t at_home() const;

  /// Writes gathered heartbeats and observations in one commit. Called every 100 ms or so.
  void flush();
  /// Marks Degraded, removes those silent for long. Called every second or so.
  void sweep();

 private:
  using Live = LiveInstance;
  [[nodiscard]] Result<Live> read_live(const InstanceId& id);
  /// In a cluster, an instance that another node has registered.
  [[nodiscard]] Result<void> know(const InstanceId& id);
  /// Whether its heartbeat is to be written.
  [[nodiscard]] bool note_heard(Live& live, WallTime now) HS_REQUIRES(mutex_);
  /// One that was just told to be silent: the store knows where it is heard.
  [[nodiscard]] std::optional<std::string> home_here() const {
    return shared() ? std::optional(node_) : std::nullopt;
  }
  /// One for each profile whose live version the instance's own schema refuses.
  [[nodiscard]] Result<std::vector<TimelineEvent>> unfit_events(const Instance& instance);
  void remember(const std::vector<Assignment>& assignments);
  void forget_profile(const ProfileName& profile);
  void forget(const std::vector<InstanceId>& ids);
  bool erase(const InstanceId& id) HS_REQUIRES(mutex_);  ///< false if it was not there
  [[nodiscard]] bool observations_due(WallTime now) const HS_REQUIRES(mutex_);
  void set_degraded(const std::vector<InstanceId>& ids);
  void keep_unwritten(const change::TouchInstances& touch);
  /// The next flush tells the others that it is heard here, if it is.
  void tell_at_home(const InstanceId& id) HS_REQUIRES(mutex_);
  [[nodiscard]] bool is_heard(const Instance& instance, WallTime now) const;
  void take(Live& live, Observation seen, std::vector<Observation>& news) HS_REQUIRES(mutex_);
  static bool keep_observed(Live& live, const Observation& seen);  ///< unless another one runs
  [[nodiscard]] static bool is_to_be_told(Live& live, const Observation& seen);
  /// Metrics and logs, unless the heartbeat is not new. Whether there were metrics.
  bool take_measured(Live& live, Heartbeat& heartbeat, WallTime now) HS_REQUIRES(mutex_);
  [[nodiscard]] static HeartbeatReply answer(const Live& live, Duration interval);
  void tell_health(const ServiceName& service, const std::string& environment) const;
  /// Whether it runs other content than it says, which is told once.
  [[nodiscard]] bool note_drift(Live& live, const Observation& seen) HS_REQUIRES(mutex_);
  [[nodiscard]] TimelineEvent silence(const Live& live, InstanceStatus status, WallTime now) const;
  [[nodiscard]] InstanceView view(const Live& live) const;

  Store& store_;
  Committer& committer_;
  SchemaVerdicts& verdicts_;
  const SteadyTime time_;
  Random& random_;
  const FleetOptions options_;
  std::string node_;                     ///< empty: alone
  std::array<std::mutex, 64> id_gates_;  ///< registrations under one id take turns
  mutable Mutex mutex_;
  std::unordered_map<InstanceId, Live> live_ HS_GUARDED_BY(mutex_);
  /// Of live_, whose places do not move.
  std::map<std::pair<ServiceName, std::string>, std::map<InstanceId, const Live*>> by_service_
      HS_GUARDED_BY(mutex_);
  HealthWindows windows_ HS_GUARDED_BY(mutex_);
  std::unordered_set<InstanceId> touched_ HS_GUARDED_BY(mutex_);
  WallTime touches_written_ HS_GUARDED_BY(mutex_){};
  WallTime observations_written_ HS_GUARDED_BY(mutex_){};
  /// Of the touched: those whose home or health changes by it.
  std::vector<InstanceId> news_ HS_GUARDED_BY(mutex_);
  Attention attention_ HS_GUARDED_BY(mutex_){options_.heartbeat_interval};
  std::vector<Relayed> outgoing_ HS_GUARDED_BY(mutex_);
  std::map<std::pair<InstanceId, ProfileName>, Observation> dirty_ HS_GUARDED_BY(mutex_);
  std::map<std::pair<InstanceId, ProfileName>, Observation> told_ HS_GUARDED_BY(mutex_);
  std::vector<TimelineEvent> events_ HS_GUARDED_BY(mutex_);  ///< drift, until the next flush
  std::vector<std::function<void(const Observation&)>> observed_listeners_;
  std::vector<std::function<void(const ServiceName&, const std::string&)>> health_listeners_;
  std::vector<std::function<void(const std::vector<InstanceId>&)>> vanished_listeners_;
};

}  // namespace hotswap
