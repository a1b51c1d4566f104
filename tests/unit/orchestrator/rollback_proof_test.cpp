// Before anything moves it is known whether it could be undone; pools are chosen from the traffic.
#include "domain/json/parse.hpp"
#include "domain/secret/reference.hpp"
#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class RollbackProofTest : public RolloutWorld {
 protected:
  void put(const std::string& number, const std::string& document) {
    Upload upload;
    upload.number = SemVer::parse(number).value();
    upload.data = json::parse(document).value();
    const auto done =
        node().configs.upload(kAdmin, ProfileName("pay.production"), std::move(upload));
    ASSERT_TRUE(done) << done.error().detail;
  }
};

TEST_F(RollbackProofTest, WhoRunsThePreviousContentHoldsIt) {
  fleet_on_first_version(3);
  auto request = request_for("1.1.0", kDirect);
  request.dry_run = true;
  const auto shown = start(request);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->proof,
            (RollbackProof{
                .possible = true, .held = 3, .fetchable = 0, .first_ever = 0, .obstacles = {}}));
}

TEST_F(RollbackProofTest, WhoSaysNothingWouldFetchIt) {
  fleet_on_first_version(2);
  register_instances(3);
  const auto begun = start("1.1.0", kDirect);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->proof.held, 2u);
  EXPECT_EQ(begun->proof.fetchable, 1u);
}

TEST_F(RollbackProofTest, TheVeryFirstVersionHasNothingToGoBackToAndSaysSo) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(2);
  const auto begun = start("1.0.0", kDirect);
  ASSERT_TRUE(begun) << begun.error().detail;
  EXPECT_TRUE(begun->proof.possible);
  EXPECT_EQ(begun->proof.first_ever, 2u);
  EXPECT_TRUE(
      events(begun->id, "deployment.planned").at(0).message.contains("nothing to go back to"));
}

TEST_F(RollbackProofTest, ASecretThatCannotBeReadAgainIsAnObstacleThatForceOverrides) {
  create_profile();
  put("1.0.0", R"({"key":{"type":"secret","ref":"no reference"}})");
  upload("1.1.0", 2);
  register_instances(2);
  live("1.0.0");
  const auto refused = start("1.1.0", kDirect);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().reason, "deployment.no_way_back");
  ASSERT_FALSE(refused.error().fields.empty());
  EXPECT_TRUE(refused.error().fields[0].message.contains("$.key"));
  auto request = request_for("1.1.0", kDirect);
  request.dry_run = true;
  const auto shown = start(request);
  ASSERT_TRUE(shown) << "a dry run shows it";
  EXPECT_FALSE(shown->proof.possible);
  request.dry_run = false;
  request.force = true;
  const auto forced = start(request);
  ASSERT_TRUE(forced) << forced.error().detail;
  EXPECT_TRUE(events(forced->id, "deployment.planned").at(0).message.contains("no safe way back"));
}

TEST_F(RollbackProofTest, SecretsThatAreThereOrCanBeAskedForAreNone) {
  const auto document = json::parse(
      R"({"a":{"type":"secret","value":"s"},"b":[{"type":"secret","ref":"vault:pay/db#key"}]})");
  EXPECT_TRUE(secret_obstacles(*document).empty());
  const auto masked = json::parse(R"({"a":{"type":"secret","masked":true}})");
  EXPECT_EQ(secret_obstacles(*masked).size(), 1u);
}

TEST_F(RollbackProofTest, ReferencesAreStorePathAndKey) {
  EXPECT_EQ(parse_secret_reference("vault:secret/data/payments#apiKey").value(),
            (SecretReference{"vault", "secret/data/payments", "apiKey"}));
  EXPECT_EQ(parse_secret_reference("k8s:ns/name").value(), (SecretReference{"k8s", "ns/name", ""}));
  for (const char* bad : {"", "plain", ":path", "Vault:x", "vault:", "vault:#k", "vault:p#"})
    EXPECT_FALSE(parse_secret_reference(bad)) << bad;
}

class PoolModeTest : public RolloutWorld {
 protected:
  void SetUp() override {
    create_profile();
    upload("1.0.0", 1);
    upload("1.1.0", 2);
    for (const char* pool : {"blue", "green"})
      for (int i = 0; i < 2; ++i) join(std::string(pool) + '-' + std::to_string(i), pool);
    live("1.0.0");
    rounds(5, 5s);
  }
  void join(const std::string& id, const std::string& pool) {
    Registration request;
    request.id = InstanceId(id);
    request.instance.service = ServiceName("pay");
    request.instance.environment = "Production";
    request.instance.hostname = id;
    request.instance.pool = pool;
    ASSERT_TRUE(node().fleet.register_instance(kAdmin, std::move(request)));
    ids_.insert(InstanceId(id));
  }
  void has_traffic() {
    Traffic traffic;
    traffic.service = ServiceName("pay");
    traffic.environment = "Production";
    traffic.pools = {"blue", "green"};
    traffic.desired = traffic.actual = "blue";
    traffic.generation = traffic.confirmed = 1;
    ChangeSet changes;
    changes.push_back(change::PutTraffic{std::move(traffic)});
    ASSERT_TRUE(node().committer.commit(std::move(changes)));
  }
  Traffic traffic() { return store_.traffic(ServiceName("pay"), "Production").value(); }
  /// The router does what is wanted.
  void router_confirms() {
    Traffic now = traffic();
    now.actual = now.desired;
    now.confirmed = now.generation;
    ChangeSet changes;
    changes.push_back(change::PutTraffic{now});
    ASSERT_TRUE(node().committer.commit(std::move(changes)));
    node().runner.traffic_switched(now.service, now.environment,
                                   {.generation = now.generation, .ok = true, .detail = {}});
    node().runner.run_due();
  }
  static json::Object pools() {
    return json::Object{{"type", "BlueGreen"},
                        {"switchMode", "pool"},
                        {"verificationPeriod", "PT10S"},
                        {"keepBlueDuration", "PT10S"},
                        {"healthCheckEnabled", false}};
  }
};

TEST_F(PoolModeTest, WithoutTrafficItSaysHowToMakeIt) {
  const auto refused = start("1.1.0", pools());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.no_traffic");
  EXPECT_TRUE(refused.error().detail.contains("PUT /api/v1/services/pay/Production/traffic"));
}

TEST_F(PoolModeTest, APoolThatNobodyIsInCannotGetTheTraffic) {
  has_traffic();
  for (const char* id : {"green-0", "green-1"}) {
    ASSERT_TRUE(node().fleet.remove(kAdmin, InstanceId(id)));
    ids_.erase(InstanceId(id));
  }
  const auto refused = start("1.1.0", pools());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.empty_pool");
  EXPECT_TRUE(refused.error().detail.contains("green"));
}

TEST_F(PoolModeTest, ASwitchThatIsUnderWayIsWaitedFor) {
  has_traffic();
  Traffic under_way = traffic();
  ++under_way.generation;
  under_way.error = "connection refused";
  ChangeSet changes;
  changes.push_back(change::PutTraffic{under_way});
  ASSERT_TRUE(node().committer.commit(std::move(changes)));
  const auto refused = start("1.1.0", pools());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.traffic_unsettled");
  EXPECT_TRUE(refused.error().detail.contains("connection refused"));
}

TEST_F(PoolModeTest, TargetsCannotBeNamed) {
  has_traffic();
  auto request = request_for("1.1.0", pools());
  request.targets.percentage = 50;
  const auto refused = start(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.at(0).path, "$.targets");
}

TEST_F(PoolModeTest, TheIdlePoolComesFirstThenTheTrafficThenTheOldOne) {
  has_traffic();
  const auto id = started(pools());
  const auto planned = now(id);
  ASSERT_TRUE(planned.pools);
  EXPECT_EQ(planned.pools->from, "blue");
  EXPECT_EQ(planned.pools->to, "green");
  EXPECT_TRUE(planned.targets[0].instance.value.starts_with("green"));
  EXPECT_TRUE(planned.targets[1].instance.value.starts_with("green"));
  for (int i = 0; i < 60 && traffic().desired == "blue"; ++i) rounds(1);
  EXPECT_EQ(traffic().desired, "green");
  EXPECT_EQ(traffic().changed_by, "deployment " + id.value);
  EXPECT_EQ(now(id).pools->generation, traffic().generation);
  EXPECT_EQ(now(id).pools->state, PoolSwitch::State::Switching);
  EXPECT_EQ(desired_of(InstanceId("green-0")), "1.1.0");
  EXPECT_EQ(desired_of(InstanceId("blue-0")), "1.0.0");
  router_confirms();
  EXPECT_EQ(now(id).pools->state, PoolSwitch::State::Switched);
  run_to_end(id);
  EXPECT_EQ(state(id), "Succeeded");
  EXPECT_EQ(desired_of(InstanceId("blue-0")), "1.1.0");
}

TEST_F(PoolModeTest, ARollbackBringsTheTrafficBackFirst) {
  has_traffic();
  const auto id = started(pools());
  for (int i = 0; i < 60 && traffic().desired == "blue"; ++i) rounds(1);
  router_confirms();
  ASSERT_TRUE(command(id, Rollback{.reason = "bad", .by = {}}));
  EXPECT_EQ(traffic().desired, "blue");
  rounds(2);
  router_confirms();
  run_to_end(id);
  EXPECT_EQ(state(id), "RolledBack");
  EXPECT_EQ(desired_of(InstanceId("green-0")), "1.0.0");
}

TEST_F(PoolModeTest, WhatTheRouterConfirmedDuringACrashIsHeardAfterIt) {
  has_traffic();
  const auto id = started(pools());
  for (int i = 0; i < 60 && traffic().desired == "blue"; ++i) rounds(1);
  Traffic now_traffic = traffic();
  now_traffic.actual = now_traffic.desired;
  now_traffic.confirmed = now_traffic.generation;
  node_.reset();
  ChangeSet changes;
  changes.push_back(change::PutTraffic{now_traffic});
  ASSERT_TRUE(store_.commit(std::move(changes)));
  restart();
  node().runner.run_due();
  EXPECT_EQ(now(id).pools->state, PoolSwitch::State::Switched);
}

}  // namespace
}  // namespace hotswap::testing
