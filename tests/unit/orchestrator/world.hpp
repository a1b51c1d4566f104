#pragma once
// Everything between the API and the store, on a fake clock and a store in memory, with instances
// that do what they are told (or not).

#include <gtest/gtest.h>

#include "infrastructure/memory/memory_store.hpp"
#include "orchestrator/audit_service.hpp"
#include "orchestrator/deployment_service.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_tracer.hpp"
#include "testing/scripted_hooks.hpp"
#include "testing/sealing.hpp"

namespace hotswap::testing {

/// Remembers what was told to whom; instances answer when the test says so.
class RecordingDelivery : public Delivery {
 public:
  struct Sent {
    Assignment assignment;
    AssignMode mode;
  };
  void assigned(const std::vector<Assignment>& assignments, AssignMode mode, Duration) override {
    for (const Assignment& assignment : assignments) sent.push_back({assignment, mode});
    if (on_sent) on_sent();
  }
  std::vector<Sent> sent;
  std::function<void()> on_sent;  ///< instances that answer before the sender has drawn breath
};

inline Caller caller_with(Role role, std::string subject = "ada") {
  Caller caller;
  caller.principal.subject = std::move(subject);
  caller.principal.roles = {role};
  caller.address = "127.0.0.1";
  return caller;
}
inline const Caller kAdmin = caller_with(Role::Admin);

/// One server process over a store that may outlive it.
class Node {
 public:
  Node(Store& store, FakeClock& clock, Random& random)
      : tracer(clock),
        committer(store),
        versions(store),
        schema_cache(store),
        sealing(store),
        schemas({store, committer, schema_cache, clock, sealing.opening()}),
        configs(store, committer, versions, schemas, clock),
        fleet({store, committer, schemas.verdicts(), clock, random},
              {.heartbeat_interval = std::chrono::seconds(5),
               .remove_after = std::chrono::minutes(2)}),
        runner({store, committer, fleet, versions, delivery, hooks, clock, logger,
                [this](const DeploymentId&) { return measurements; },
                [this] { return cpu_used += cpu_per_turn; }, 0.5, &tracer}),
        deployments({store,
                     committer,
                     configs,
                     fleet,
                     runner,
                     versions,
                     schemas,
                     clock,
                     random,
                     [this](const Profile&) -> Result<Permission> { return calendar(); },
                     {},
                     {},
                     &tracer}),
        audit(store, committer) {
    runner.prepare_with(
        [this](const Deployment& deployment) { return deployments.prepare_scheduled(deployment); });
    configs.seal_with(sealing.sealer);
    configs.trace_with(&tracer);
    versions.open_by(sealing.opening());
    EXPECT_TRUE(fleet.load());
    EXPECT_TRUE(runner.load());
  }

  MemoryLogger logger;
  MemoryTracer tracer;
  Committer committer;
  VersionCache versions;
  SchemaCache schema_cache;
  Sealing sealing;
  SchemaService schemas;
  ConfigService configs;
  FleetService fleet;
  RecordingDelivery delivery;
  ScriptedHooks hooks;
  Measurements measurements;
  /// That the runner is told of, for each turn of a deployment.
  std::chrono::nanoseconds cpu_per_turn{0}, cpu_used{0};
  Permission permission;  ///< what the calendar says
  std::function<Permission()> calendar = [this] { return permission; };
  DeploymentRunner runner;
  DeploymentService deployments;
  AuditService audit;
};

class World : public ::testing::Test {
 protected:
  World() { restart(); }

  /// The process dies and another one starts on the same store.
  void restart() {
    node_.reset();
    node_ = std::make_unique<Node>(store_, clock_, random_);
  }
  /// An empty store in the same place.
  void start_afresh() {
    node_.reset();
    memory_.emplace();
    ids_.clear();
    restart();
  }
  Node& node() { return *node_; }

  void create_profile(const std::string& name = "pay.production",
                      const std::string& service = "pay") {
    json::Value draft =
        json::Object{{"name", name}, {"serviceName", service}, {"environment", "Production"}};
    auto parsed = profile_draft_from_json(draft);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    auto made = node().configs.create(kAdmin, std::move(*parsed));
    ASSERT_TRUE(made) << made.error().detail;
  }

  void upload(const std::string& number, int value, const std::string& name = "pay.production") {
    Upload upload;
    upload.number = SemVer::parse(number).value();
    upload.data = json::Object{{"value", value}};
    auto done = node().configs.upload(kAdmin, ProfileName(name), std::move(upload));
    ASSERT_TRUE(done) << done.error().detail;
  }

  void register_instances(int count, const std::string& service = "pay") {
    for (int i = 0; i < count; ++i) {
      Registration request;
      request.id = InstanceId(service + "-" + std::to_string(i));
      request.instance.service = ServiceName(service);
      request.instance.environment = "Production";
      request.instance.hostname = request.id->value;
      request.instance.zone = std::string(1, static_cast<char>('a' + i % 3));
      auto done = node().fleet.register_instance(kAdmin, std::move(request));
      ASSERT_TRUE(done) << done.error().detail;
      ids_.insert(InstanceId(service + "-" + std::to_string(i)));
    }
  }

  static StartDeployment request_for(const std::string& version, const json::Value& strategy,
                                     const std::string& name = "pay.production") {
    StartDeployment request;
    request.profile = ProfileName(name);
    request.version = version;
    request.strategy = strategy_from_json(strategy, "$").value();
    return request;
  }
  Result<Deployment> start(StartDeployment request) {
    return node().deployments.start(kAdmin, std::move(request));
  }
  Result<Deployment> start(const std::string& version, const json::Value& strategy,
                           const std::string& name = "pay.production") {
    StartDeployment request = request_for(version, strategy, name);
    return node().deployments.start(kAdmin, std::move(request));
  }

  /// Every instance that `answers` says what it desires as applied (or staged), with healthy or bad
  /// traffic since its last heartbeat.
  void heartbeats(const std::function<bool(const InstanceId&)>& answers,
                  const std::function<Sample(const InstanceId&)>& traffic) {
    for (const InstanceId& id : ids_) {
      if (!answers(id)) continue;
      Caller self = caller_with(Role::Instance, id.value);
      self.principal.instance = id;
      auto desired = node().fleet.desired(self, id);
      if (!desired) continue;
      Heartbeat beat;
      beat.metrics = traffic(id);
      for (const Assignment& assignment : *desired) {
        if (assignment.active)
          beat.observed.push_back(seen(assignment.profile, *assignment.active, false));
        if (assignment.staged)
          beat.observed.push_back(seen(assignment.profile, *assignment.staged, true));
      }
      auto done = node().fleet.heartbeat(self, id, std::move(beat));
      EXPECT_TRUE(done) << done.error().detail;
    }
  }
  void heartbeats() {
    heartbeats([](const InstanceId&) { return true; }, [](const InstanceId&) { return good(); });
  }

  static Observation seen(const ProfileName& profile, const Assignment::Slot& slot, bool staged) {
    Observation observation;
    observation.profile = profile;
    observation.version = slot.version;
    observation.generation = slot.generation;
    observation.hash = slot.hash;
    observation.state = staged ? ObservedState::Staged : ObservedState::Applied;
    return observation;
  }
  static Sample good() { return traffic(200, 1); }
  static Sample bad() { return traffic(200, 80); }
  static Sample traffic(std::uint64_t requests, std::uint64_t errors) {
    Sample sample;
    sample.requests = requests;
    sample.errors = errors;
    sample.latency.record(20, requests);
    return sample;
  }

  void pass(Duration time) { clock_.advance(time); }
  /// One round: instances speak, the runner decides, gathered writes are flushed.
  void round() {
    heartbeats();
    node().runner.run_due();
    node().fleet.flush();
  }
  Deployment now(const DeploymentId& id) { return store_.deployment(id).value(); }
  std::string state(const DeploymentId& id) { return std::string(state_name(now(id).state)); }

  std::optional<MemoryStore> memory_{std::in_place};
  FlakyStore store_{*memory_};
  FakeClock clock_;
  FakeRandom random_;
  std::set<InstanceId> ids_;
  std::unique_ptr<Node> node_;
};

}  // namespace hotswap::testing
