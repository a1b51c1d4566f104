#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class FleetTest : public RolloutWorld {};

TEST_F(FleetTest, DriftIsToldOnce) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(1);
  ASSERT_TRUE(start("1.0.0", json::Value("Direct")));
  node().runner.run_due();
  round();
  const InstanceId id("pay-0");
  Caller self = caller_with(Role::Instance, id.value);
  self.principal.instance = id;
  for (int i = 0; i < 3; ++i) {
    Heartbeat beat;
    auto slot = *node().fleet.desired(self, id)->at(0).active;
    slot.hash = std::string(64, 'f');
    beat.observed.push_back(seen(ProfileName("pay.production"), slot, false));
    ASSERT_TRUE(node().fleet.heartbeat(self, id, std::move(beat)));
    node().fleet.flush();
  }
  int drifts = 0;
  for (const auto& event : store_.events({}, 0, 500).value())
    if (event.kind == "drift.detected") ++drifts;
  EXPECT_EQ(drifts, 1);
}

TEST_F(FleetTest, WhoHasStagedOtherContentHasNotStaged) {
  fleet_on_first_version(2);
  const auto id = started(json::Object{{"type", "BlueGreen"}, {"verificationPeriod", "PT4S"}});
  const auto say_staged = [&](const InstanceId& instance, const std::string& hash) {
    Caller self = caller_with(Role::Instance, instance.value);
    self.principal.instance = instance;
    Heartbeat beat;
    auto slot = *node().fleet.desired(self, instance)->at(0).staged;
    if (!hash.empty()) slot.hash = hash;
    beat.observed.push_back(seen(ProfileName("pay.production"), slot, true));
    ASSERT_TRUE(node().fleet.heartbeat(self, instance, std::move(beat)));
    node().fleet.flush();
    node().runner.run_due();
  };
  say_staged(InstanceId("pay-0"), "");
  say_staged(InstanceId("pay-1"), std::string(64, 'f'));
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0") << "nothing is activated on a lie";
  const auto all = store_.events({}, 0, 500).value();
  const auto drift = std::ranges::find(all, "drift.detected", &TimelineEvent::kind);
  ASSERT_NE(drift, all.end());
  EXPECT_TRUE(drift->message.contains("has staged content ffffffffffff")) << drift->message;
  say_staged(InstanceId("pay-1"), "");
  run_to_end(id);
  EXPECT_EQ(state(id), "Succeeded");
}

TEST_F(FleetTest, SilenceDegradesThenRemoves) {
  register_instances(2);
  const auto one = [](const InstanceId& id) { return id.value == "pay-0"; };
  for (int i = 0; i < 3; ++i) {
    pass(5s);
    heartbeats(one, [](const InstanceId&) { return good(); });
    node().fleet.sweep();
  }
  EXPECT_EQ(node().fleet.get(kAdmin, InstanceId("pay-1"))->instance.status,
            InstanceStatus::Degraded);
  for (int i = 0; i < 30; ++i) {
    pass(5s);
    heartbeats(one, [](const InstanceId&) { return good(); });
    node().fleet.sweep();
  }
  const auto gone = node().fleet.get(kAdmin, InstanceId("pay-1"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, "instance.not_found");
  EXPECT_TRUE(node().fleet.get(kAdmin, InstanceId("pay-0")));
}

TEST_F(FleetTest, WhoIsHeardOfWhileItsSilenceIsWrittenHasNotVanished) {
  register_instances(1);
  std::vector<InstanceId> vanished;
  node().fleet.on_vanished([&](const std::vector<InstanceId>& ids) { vanished = ids; });
  node().committer.on_events([this](const std::vector<TimelineEvent>&) { heartbeats(); });
  pass(20s);
  node().fleet.sweep();
  EXPECT_TRUE(vanished.empty());
  EXPECT_EQ(node().fleet.get(kAdmin, InstanceId("pay-0"))->instance.status,
            InstanceStatus::Healthy);
}

TEST_F(FleetTest, AClockThatJumpsAnHourRemovesNobody) {
  register_instances(2);
  clock_.set_wall(clock_.wall() + 1h);
  node().fleet.sweep();
  EXPECT_EQ(node().fleet.size(), 2u);
  EXPECT_EQ(node().fleet.get(kAdmin, InstanceId("pay-1"))->instance.status,
            InstanceStatus::Healthy);
}

TEST_F(FleetTest, KnowsItsInstancesAfterARestart) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(3);
  ASSERT_TRUE(start("1.0.0", json::Value("Direct")));
  node().runner.run_due();
  round();
  restart();
  EXPECT_EQ(node().fleet.size(), 3u);
  EXPECT_EQ(node().fleet.assigned(ProfileName("pay.production")).size(), 3u);
  EXPECT_EQ(node().fleet.observed(ProfileName("pay.production")).size(), 3u);
}

TEST_F(FleetTest, AnInstanceSpeaksOnlyForItself) {
  register_instances(2);
  Caller other = caller_with(Role::Instance, "pay-0");
  other.principal.instance = InstanceId("pay-0");
  const auto refused = node().fleet.heartbeat(other, InstanceId("pay-1"), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
}

TEST_F(FleetTest, ABootstrapTokenRegistersOnlyItsOwnService) {
  Caller bootstrap = caller_with(Role::Instance, "bootstrap");
  bootstrap.principal.service = ServiceName("pay");
  bootstrap.principal.environment = "Production";
  Registration request;
  request.instance.service = ServiceName("orders");
  request.instance.environment = "Production";
  const auto refused = node().fleet.register_instance(bootstrap, std::move(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "instance.other_service");
}

}  // namespace
}  // namespace hotswap::testing
