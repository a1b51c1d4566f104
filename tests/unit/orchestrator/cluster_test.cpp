// Two nodes over one store, with locks and a bus in memory.
#include "orchestrator/change_follower.hpp"
#include "orchestrator/cluster_service.hpp"
#include "orchestrator/revocation_service.hpp"
#include "testing/flaky_store.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

/// Leases of all nodes, on the fake clock.
class LockTable {
 public:
  explicit LockTable(FakeClock& clock) : clock_(clock) {}
  Result<std::set<std::string>> hold(const std::string& owner,
                                     const std::vector<std::string>& names) {
    if (down) return fail(ErrorCode::Unavailable, "locks.down", "down");
    std::set<std::string> held;
    for (const auto& name : names) {
      auto& lease = leases_[name];
      if (lease.first != owner && clock_.mono() < lease.second) continue;
      lease = {owner, clock_.mono() + limits::kLease};
      held.insert(name);
    }
    return held;
  }
  void release(const std::string& owner, const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (const auto found = leases_.find(name);
          found != leases_.end() && found->second.first == owner)
        leases_.erase(found);
  }
  bool down = false;

 private:
  FakeClock& clock_;
  std::map<std::string, std::pair<std::string, MonoTime>> leases_;
};

class NodeLocks final : public Locks {
 public:
  NodeLocks(LockTable& table, std::string owner) : table_(table), owner_(std::move(owner)) {}
  Result<std::set<std::string>> hold(const std::vector<std::string>& names) override {
    return table_.hold(owner_, names);
  }
  Result<void> release(const std::vector<std::string>& names) override {
    table_.release(owner_, names);
    return {};
  }

 private:
  LockTable& table_;
  std::string owner_;
};

class HeardBus final : public Bus {
 public:
  void publish(std::string message) override { said.push_back(std::move(message)); }
  void on_message(Listener) override {}
  std::vector<std::string> said;
};

Caller speaking_for(const InstanceId& id) {
  Caller caller = caller_with(Role::Instance);
  caller.principal.instance = id;
  return caller;
}

ClusterNode self_of(const std::string& id) {
  ClusterNode node;
  node.id = node.name = id;
  return node;
}

/// One server of a cluster.
struct Member {
  Member(const std::string& id, Store& store, FakeClock& clock, Random& random, LockTable& table)
      : locks(table, id),
        versions(store),
        committer(store),
        schema_cache(store),
        schemas({store, committer, schema_cache, clock}),
        configs(store, committer, versions, schemas, clock),
        fleet({store, committer, schemas.verdicts(), clock, random},
              {.heartbeat_interval = 5s, .remove_after = 2min}),
        runner({store, committer, fleet, versions, delivery, hooks, clock, logger, {}}),
        deployments({store, committer, configs, fleet, runner, versions, schemas, clock, random,
                     [](const Profile&) -> Result<Permission> { return Permission(); }}),
        revocations(store, committer, clock),
        cluster({store, committer, locks, bus, fleet, runner, clock, logger, metrics}, self_of(id),
                [] { return NodeLoad(); }),
        follower({store, committer, fleet, runner, clock, logger}, id) {
    committer.log_changes(id, clock, [] {});
    fleet.share(id);
    runner.share({[this](const DeploymentId& d) { return cluster.take(d); },
                  [this](const DeploymentId& d) { cluster.left(d); }});
    EXPECT_TRUE(follower.begin());
    EXPECT_TRUE(fleet.load());
    EXPECT_TRUE(cluster.join());
  }
  /// What its threads do, once.
  void turn() {
    EXPECT_TRUE(follower.follow());
    runner.run_due();
    fleet.flush();
  }
  [[nodiscard]] Deployment start(const std::string& version) {
    StartDeployment request;
    request.profile = ProfileName("pay.production");
    request.version = version;
    request.strategy = strategy_from_json(json::Object{{"type", "Direct"}}, "$").value();
    auto started = deployments.start(kAdmin, request);
    EXPECT_TRUE(started) << started.error().detail;
    return started.value_or(Deployment());
  }

  NodeLocks locks;
  HeardBus bus;
  MemoryLogger logger;
  MemoryMetrics metrics;
  RecordingDelivery delivery;
  ScriptedHooks hooks;
  VersionCache versions;
  Committer committer;
  SchemaCache schema_cache;
  SchemaService schemas;
  ConfigService configs;
  FleetService fleet;
  DeploymentRunner runner;
  DeploymentService deployments;
  RevocationService revocations;
  ClusterService cluster;
  ChangeFollower follower;
};

class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() {
    const json::Value draft = json::Object{
        {"name", "pay.production"}, {"serviceName", "pay"}, {"environment", "Production"}};
    EXPECT_TRUE(a.configs.create(kAdmin, profile_draft_from_json(draft).value()));
    Upload upload;
    upload.number = SemVer::parse("1.0.0").value();
    upload.data = json::Object{{"value", 1}};
    EXPECT_TRUE(a.configs.upload(kAdmin, ProfileName("pay.production"), std::move(upload)));
    tick();
  }
  InstanceId join(Member& member) {
    Registration request;
    request.instance.service = ServiceName("pay");
    request.instance.environment = "Production";
    request.instance.hostname = "host";
    auto done = member.fleet.register_instance(kAdmin, request);
    EXPECT_TRUE(done) << done.error().detail;
    return done->instance.id;
  }
  void apply_desired(Member& member, const InstanceId& id) {
    const auto desired = member.fleet.desired(speaking_for(id), id);
    ASSERT_TRUE(desired);
    Heartbeat heartbeat;
    for (const Assignment& assignment : *desired)
      if (assignment.active)
        heartbeat.observed.push_back({.instance = id,
                                      .profile = assignment.profile,
                                      .version = assignment.active->version,
                                      .generation = assignment.active->generation,
                                      .state = ObservedState::Applied,
                                      .hash = assignment.active->hash,
                                      .error = {},
                                      .at = {}});
    EXPECT_TRUE(member.fleet.heartbeat(speaking_for(id), id, heartbeat));
    member.fleet.flush();
  }
  Deployment start_staging(Member& member, const std::string& version) {
    Upload upload;
    upload.number = SemVer::parse(version).value();
    upload.data = json::Object{{"value", version}};
    EXPECT_TRUE(member.configs.upload(kAdmin, ProfileName("pay.production"), std::move(upload)));
    StartDeployment request;
    request.profile = ProfileName("pay.production");
    request.version = version;
    request.strategy = strategy_from_json(json::Object{{"type", "BlueGreen"}}, "$").value();
    auto started = member.deployments.start(kAdmin, request);
    EXPECT_TRUE(started) << started.error().detail;
    return started.value_or(Deployment());
  }
  /// Of what is staged for it.
  void say(Member& member, const InstanceId& id, ObservedState what) {
    const auto desired = member.fleet.desired(speaking_for(id), id);
    ASSERT_TRUE(desired && !desired->empty() && desired->at(0).staged);
    const Assignment& assignment = desired->at(0);
    Heartbeat heartbeat;
    heartbeat.observed.push_back({.instance = id,
                                  .profile = assignment.profile,
                                  .version = assignment.staged->version,
                                  .generation = assignment.staged->generation,
                                  .state = what,
                                  .hash = assignment.staged->hash,
                                  .error = {},
                                  .at = {}});
    EXPECT_TRUE(member.fleet.heartbeat(speaking_for(id), id, heartbeat));
    member.fleet.flush();
  }
  void tick() {
    for (Member* member : {&a, &b}) {
      member->cluster.tick();
      member->turn();
    }
  }
  /// `a` starts it and stalls past its lease; `b` goes on.
  Deployment started_then_taken_over() {
    Deployment deployment = a.start("1.0.0");
    for (int i = 0; i < 10; ++i) {
      clock.advance(500ms);
      b.cluster.tick();
      b.turn();
    }
    return deployment;
  }
  std::string state(const DeploymentId& id) {
    return std::string(state_name(store.deployment(id)->state));
  }

  FakeClock clock;
  FakeRandom random;
  MemoryStore store;
  FlakyStore reached{store};  ///< by the nodes
  LockTable table{clock};
  Member a{"a", reached, clock, random, table};
  Member b{"b", reached, clock, random, table};
};

TEST_F(ClusterTest, ADeploymentReachesWhoRegisteredAtAnotherNodeAMomentAgo) {
  const auto id = join(b);
  const auto started = a.start("1.0.0");
  ASSERT_EQ(started.targets.size(), 1u);
  EXPECT_EQ(started.targets[0].instance, id);
}

TEST_F(ClusterTest, AnUploadIsJudgedByTheProfileOfNowAtEveryNode) {
  const ProfileName name("pay.production");
  const auto upload = [&](Member& member, const Caller& caller, std::uint64_t patch) {
    Upload version;
    version.number = SemVer(1, 1, patch);
    version.data = json::Object{{"value", patch}};
    return member.configs.upload(caller, name, version);
  };
  const auto open_to = [&](const char* who) {
    const json::Value body = json::Object{{"access", json::Object{{"owners", json::Array{who}}}}};
    EXPECT_TRUE(a.configs.update(kAdmin, name, body, true, std::nullopt));
  };
  Caller ada = caller_with(Role::Developer);
  ada.principal.subject = "ada";
  open_to("ada");
  EXPECT_TRUE(upload(b, ada, 1));
  open_to("grace");
  const auto refused = upload(b, ada, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
  open_to("ada");
  EXPECT_TRUE(upload(b, ada, 2));
  ASSERT_TRUE(a.configs.remove(kAdmin, name, true));
  EXPECT_EQ(upload(b, ada, 3).error().reason, "config.not_found");
}

TEST_F(ClusterTest, AnInstanceThatRegisteredElsewhereIsKnownAtOnce) {
  const InstanceId id = join(a);
  EXPECT_TRUE(b.fleet.heartbeat(speaking_for(id), id, {}));
  EXPECT_EQ(b.fleet.at_home(), 1u);
  b.fleet.flush();
  a.turn();
  EXPECT_EQ(a.fleet.at_home(), 0u);
}

TEST_F(ClusterTest, WhatOneNodeAssignsTheOtherDelivers) {
  const InstanceId id = join(b);
  a.turn();
  const Deployment deployment = a.start("1.0.0");
  a.turn();
  b.turn();
  ASSERT_FALSE(b.delivery.sent.empty());
  EXPECT_EQ(b.delivery.sent.back().assignment.instance, id);
  apply_desired(b, id);
  a.turn();
  a.turn();
  EXPECT_EQ(state(deployment.id), "Succeeded");
}

TEST_F(ClusterTest, WhatIsStagedIsHeardByTheNodeThatDrives) {
  const InstanceId id = join(b);
  tick();
  const Deployment first = a.start("1.0.0");
  tick();
  apply_desired(b, id);
  tick();
  ASSERT_EQ(state(first.id), "Succeeded");
  const Deployment second = start_staging(a, "1.1.0");
  tick();
  EXPECT_EQ(store.assignments_of(id)->at(0).active->version.str(), "1.0.0");
  // The instance runs 1.0.0 and says to `b` that it holds 1.1.0 as well; `a` drives.
  say(b, id, ObservedState::Staged);
  tick();
  // Everybody has staged it: the next step switches to it.
  EXPECT_EQ(store.assignments_of(id)->at(0).active->version.str(), "1.1.0");
  EXPECT_EQ(state(second.id), "Running");
  EXPECT_EQ(a.fleet.observed(ProfileName("pay.production")).at(0).version->str(), "1.0.0");
}

TEST_F(ClusterTest, WhatIsRefusedIsHeardByTheNodeThatDrives) {
  const InstanceId id = join(b);
  tick();
  static_cast<void>(a.start("1.0.0"));
  tick();
  apply_desired(b, id);
  tick();
  const Deployment second = start_staging(a, "1.1.0");
  tick();
  say(b, id, ObservedState::Rejected);
  tick();
  EXPECT_EQ(state(second.id).substr(0, 4), "Roll");
}

TEST_F(ClusterTest, ADeploymentIsTakenOverAfterTheLeaseOfADeadNode) {
  const InstanceId id = join(b);
  tick();
  const Deployment deployment = a.start("1.0.0");
  a.turn();
  // From here on `a` is dead: only `b` goes on.
  b.turn();
  apply_desired(b, id);
  b.cluster.tick();
  EXPECT_EQ(b.runner.active(), 0u);
  for (int i = 0; i < 10; ++i) {
    clock.advance(500ms);
    b.cluster.tick();
    b.turn();
  }
  EXPECT_EQ(state(deployment.id), "Succeeded");
  EXPECT_EQ(store.deployment(deployment.id)->fence, 1u);
}

TEST_F(ClusterTest, ANodeThatStalledPastItsLeaseFindsItsSavesRefused) {
  const InstanceId id = join(b);
  tick();
  const Deployment deployment = started_then_taken_over();
  ASSERT_EQ(b.runner.active(), 1u);
  // `a` wakes up, decides on what it knew, and is stopped by the fence.
  a.runner.run_due();
  EXPECT_EQ(a.runner.active(), 0u);
  EXPECT_EQ(b.runner.active(), 1u);
  apply_desired(b, id);
  b.turn();
  EXPECT_EQ(state(deployment.id), "Succeeded");
}

TEST_F(ClusterTest, ACommandMayBeGivenToAnyNode) {
  join(a);
  tick();
  const Deployment deployment = a.start("1.0.0");
  a.turn();
  ASSERT_EQ(a.runner.active(), 1u);
  const auto done = b.runner.command(kAdmin, deployment.id, Pause{"wait", "ada"});
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(b.runner.active(), 0u);
  a.turn();
  EXPECT_EQ(state(deployment.id), "Paused");
  ASSERT_TRUE(a.runner.command(kAdmin, deployment.id, Resume{"ada"}));
  EXPECT_EQ(state(deployment.id), "Running");
}

TEST_F(ClusterTest, ACommandIsNotRefusedForWhatAnotherNodeHasJustChanged) {
  join(a);
  tick();
  const Deployment deployment = a.start("1.0.0");
  a.turn();
  ASSERT_TRUE(b.runner.command(kAdmin, deployment.id, Pause{"wait", "ada"}));
  // `a` drives it, and has not heard of that yet.
  const auto resumed = a.runner.command(kAdmin, deployment.id, Resume{"ada"});
  EXPECT_TRUE(resumed) << resumed.error().detail;
  EXPECT_EQ(state(deployment.id), "Running");
  const auto again = a.runner.command(kAdmin, deployment.id, Resume{"ada"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "deployment.not_paused");
}

TEST_F(ClusterTest, ARefusalOfANodeThatLostADeploymentIsTheNewOwners) {
  join(b);
  tick();
  const Deployment deployment = started_then_taken_over();
  ASSERT_EQ(b.runner.active(), 1u);
  ASSERT_TRUE(b.runner.command(kAdmin, deployment.id, Pause{"wait", "ada"}));
  const auto resumed = a.runner.command(kAdmin, deployment.id, Resume{"ada"});
  EXPECT_TRUE(resumed) << resumed.error().detail;
  EXPECT_EQ(a.runner.active(), 0u);
}

TEST_F(ClusterTest, NobodyDrivesWhileTheLocksCannotBeAsked) {
  join(a);
  tick();
  static_cast<void>(a.start("1.0.0"));
  ASSERT_EQ(a.runner.active(), 1u);
  table.down = true;
  for (int i = 0; i < 8; ++i) {
    clock.advance(500ms);
    a.cluster.tick();
  }
  EXPECT_EQ(a.runner.active(), 0u);
  EXPECT_FALSE(a.cluster.is_leader());
  table.down = false;
  a.cluster.tick();
  EXPECT_EQ(a.runner.active(), 1u);
}

TEST_F(ClusterTest, InstancesOfADeadNodeFindAHome) {
  const InstanceId id = join(b);
  a.turn();
  EXPECT_EQ(a.fleet.at_home(), 0u);
  for (int i = 0; i < 10; ++i) {
    clock.advance(500ms);
    a.cluster.tick();
  }
  EXPECT_EQ(a.fleet.at_home(), 1u);
  a.fleet.flush();
  EXPECT_EQ(store.instance(id)->home, "a");
}

TEST_F(ClusterTest, WhoWentOnElsewhereInAnOutageOfTheStoreWasNotSilent) {
  const InstanceId id = join(a);
  tick();
  reached.set_down(true);
  for (int i = 0; i < 40; ++i) {
    clock.advance(500ms);
    ASSERT_TRUE(b.fleet.heartbeat(speaking_for(id), id, {}));
    for (Member* member : {&b, &a}) {
      member->cluster.tick();
      member->fleet.flush();
      member->fleet.sweep();
    }
  }
  reached.set_down(false);
  a.cluster.tick();
  a.fleet.sweep();
  EXPECT_EQ(store.instance(id)->status, InstanceStatus::Healthy);
  b.cluster.tick();
  b.turn();
  a.turn();
  EXPECT_EQ(store.instance(id)->home, "b");
  EXPECT_EQ(a.fleet.at_home(), 0u);
  for (int i = 0; i < 22; ++i) {
    clock.advance(500ms);
    tick();
    b.fleet.sweep();
  }
  EXPECT_EQ(store.instance(id)->status, InstanceStatus::Degraded);
}

TEST_F(ClusterTest, WhoIsHeardHereIsNotSilentBecauseAnotherNodeMissedItsMove) {
  const InstanceId id = join(a);
  tick();
  int vanished = 0;
  b.fleet.on_vanished([&](const auto&) { ++vanished; });
  for (int i = 0; i < 20; ++i) {
    clock.advance(500ms);
    ASSERT_TRUE(b.fleet.heartbeat(speaking_for(id), id, {}));
    a.cluster.tick();
  }
  a.fleet.sweep();
  ASSERT_EQ(store.instance(id)->status, InstanceStatus::Degraded);
  b.turn();
  EXPECT_EQ(vanished, 0);
  EXPECT_EQ(store.instance(id)->status, InstanceStatus::Healthy);
  EXPECT_EQ(store.instance(id)->home, "b");
}

TEST_F(ClusterTest, AMoveThatCouldNotBeWrittenIsToldAgain) {
  const InstanceId id = join(a);
  tick();
  ASSERT_TRUE(b.fleet.heartbeat(speaking_for(id), id, {}));
  reached.fail_before_commit();
  b.fleet.flush();
  b.fleet.flush();
  a.turn();
  EXPECT_EQ(a.fleet.at_home(), 0u);
  EXPECT_EQ(store.instance(id)->home, "b");
}

TEST_F(ClusterTest, MeasurementsReachTheOtherNode) {
  const InstanceId id = join(b);
  a.turn();
  Heartbeat heartbeat;
  heartbeat.metrics.requests = 100;
  heartbeat.metrics.errors = 7;
  ASSERT_TRUE(b.fleet.heartbeat(speaking_for(id), id, heartbeat));
  b.cluster.relay();
  ASSERT_FALSE(b.bus.said.empty());
  for (const auto& message : b.bus.said) a.cluster.heard(message);
  const Sample sum = a.fleet.sum(id, WallTime{}, clock.wall() + 1s);
  EXPECT_EQ(sum.requests, 100u);
  EXPECT_EQ(sum.errors, 7u);
}

TEST_F(ClusterTest, ARevocationReachesTheOtherNode) {
  const InstanceId id("i-1");
  ASSERT_TRUE(a.revocations.revoke(kAdmin, id));
  EXPECT_TRUE(a.revocations.refuses(id, clock.wall()));
  b.turn();
  EXPECT_TRUE(b.revocations.refuses(id, clock.wall()));
  EXPECT_FALSE(b.revocations.refuses(InstanceId("i-2"), clock.wall()));
}

TEST_F(ClusterTest, ANodeThatWasAwayForTooLongLearnsOfRevocationsNevertheless) {
  const InstanceId id("i-1");
  ASSERT_TRUE(a.revocations.revoke(kAdmin, id));
  const auto then = clock.wall();
  clock.advance(ChangeFollower::kAwayMax + 1min);
  ASSERT_TRUE(store.commit({change::PruneChanges{clock.wall()}}));
  b.turn();
  EXPECT_TRUE(b.revocations.refuses(id, then));
}

ClusterNode node(const std::string& id, std::uint64_t beat, std::size_t deployments = 0,
                 double cpu = 0.4) {
  ClusterNode node;
  node.id = id;
  node.beat = beat;
  node.load.deployments = deployments;
  node.load.cpu = cpu;
  return node;
}

TEST(Membership, ANodeLivesWhileItsBeatGrows) {
  Membership members("a");
  members.seen({node("a", 1), node("b", 1)}, MonoTime(0s));
  EXPECT_TRUE(members.is_living("b", MonoTime(2s)));
  members.seen({node("a", 2), node("b", 2)}, MonoTime(2s));
  EXPECT_TRUE(members.is_living("b", MonoTime(4s)));
  members.seen({node("a", 3), node("b", 2)}, MonoTime(4s));
  EXPECT_FALSE(members.is_living("b", MonoTime(5s)));
  EXPECT_EQ(members.living(MonoTime(5s)), std::set<std::string>{"a"});
}

TEST(Membership, WorkIsSharedEvenly) {
  EXPECT_EQ(fair_share(10, 3), 4u);
  EXPECT_EQ(surplus(10, {0, 0}), 6u);
  EXPECT_EQ(surplus(4, {3, 3}), 0u);
  EXPECT_EQ(surplus(5, {4, 0}), 2u);
}

TEST(ScaleAdvisor, AsksForMoreNodesWhenTheyAreBusyForLong) {
  ScaleAdvisor advisor;
  advisor.seen({node("a", 1, 0, 0.9)}, MonoTime(0s));
  EXPECT_EQ(advisor.advice(MonoTime(4min)).nodes, 1u);
  advisor.seen({node("a", 2, 0, 0.9)}, MonoTime(5min));
  EXPECT_EQ(advisor.advice(MonoTime(5min)).nodes, 2u);
  advisor.seen({node("a", 3, 0, 0.3)}, MonoTime(6min));
  EXPECT_EQ(advisor.advice(MonoTime(6min)).nodes, 1u);
}

TEST(ScaleAdvisor, AsksForFewerNodesWhenTheyAreIdleForLong) {
  ScaleAdvisor advisor;
  const std::vector<ClusterNode> nodes = {node("a", 1, 0, 0.1), node("b", 1, 0, 0.1)};
  advisor.seen(nodes, MonoTime(0s));
  EXPECT_EQ(advisor.advice(MonoTime(14min)).nodes, 2u);
  EXPECT_EQ(advisor.advice(MonoTime(15min)).nodes, 1u);
}

TEST(ScaleAdvisor, AsksForMoreNodesForManyDeployments) {
  ScaleAdvisor advisor;
  advisor.seen({node("a", 1, 81)}, MonoTime(0s));
  EXPECT_EQ(advisor.advice(MonoTime(0s)).nodes, 2u);
}

}  // namespace
}  // namespace hotswap::testing
