// What FleetService counts, from heartbeats that come twice, late or wrong, and from outside.
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class FleetSignals : public World {
 protected:
  FleetSignals() { register_instances(1); }

  Result<HeartbeatReply> beat(std::optional<std::uint64_t> sequence, const Sample& metrics,
                              std::vector<std::string> lines = {}) {
    Caller self = caller_with(Role::Instance, kId.value);
    self.principal.instance = kId;
    Heartbeat heartbeat;
    heartbeat.sequence = sequence;
    heartbeat.metrics = metrics;
    for (auto& line : lines) heartbeat.logs.push_back({clock_.wall(), "info", std::move(line)});
    return node().fleet.heartbeat(self, kId, std::move(heartbeat));
  }
  std::uint64_t requests() { return total().requests; }
  Sample total() {
    return node().fleet.with_windows([&](const HealthWindows& windows) {
      return windows.sum(kId, clock_.wall() - 10min, clock_.wall() + 1ms);
    });
  }

  const InstanceId kId{"pay-0"};
};

TEST_F(FleetSignals, AHeartbeatThatComesTwiceCountsOnce) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(beat(7, traffic(100, 0), {"line"}));
  EXPECT_EQ(requests(), 100u);
  EXPECT_EQ(node().fleet.log_lines(kId).size(), 1u);
}

TEST_F(FleetSignals, OneThatWasOvertakenIsIgnored) {
  ASSERT_TRUE(beat(8, traffic(100, 0)));
  ASSERT_TRUE(beat(7, traffic(1, 0)));
  ASSERT_TRUE(beat(9, traffic(10, 0)));
  EXPECT_EQ(requests(), 110u);
}

TEST_F(FleetSignals, ANewRegistrationCountsAnew) {
  ASSERT_TRUE(beat(700, traffic(100, 0)));
  register_instances(1);
  ASSERT_TRUE(beat(1, traffic(10, 0)));
  EXPECT_EQ(requests(), 110u);
}

TEST_F(FleetSignals, WithoutASequenceEverythingCounts) {
  ASSERT_TRUE(beat(std::nullopt, traffic(100, 0)));
  ASSERT_TRUE(beat(std::nullopt, traffic(100, 0)));
  EXPECT_EQ(requests(), 200u);
}

TEST_F(FleetSignals, AnOldHeartbeatsObservationsStillCount) {
  create_profile();
  upload("1.0.0", 1);
  ASSERT_TRUE(start("1.0.0", json::Value("Direct")));
  node().runner.run_due();
  ASSERT_TRUE(beat(9, traffic(1, 0)));
  Caller self = caller_with(Role::Instance, kId.value);
  self.principal.instance = kId;
  Heartbeat late;
  late.sequence = 3;
  late.observed.push_back(
      seen(ProfileName("pay.production"), *node().fleet.desired(self, kId)->at(0).active, false));
  const auto reply = node().fleet.heartbeat(self, kId, std::move(late));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->changed.empty());
  EXPECT_EQ(node().fleet.observed(ProfileName("pay.production")).size(), 1u);
}

TEST_F(FleetSignals, TheNewestLinesAreKeptWithTheServersTime) {
  std::vector<std::string> lines;
  for (int i = 0; i < 15; ++i) lines.push_back(std::to_string(i));
  ASSERT_TRUE(beat(1, {}, lines));
  ASSERT_TRUE(beat(2, {}, lines));
  const auto kept = node().fleet.log_lines(kId);
  ASSERT_EQ(kept.size(), 20u);
  EXPECT_EQ(kept.front().message, "10");
  EXPECT_EQ(kept.back().message, "14");
  EXPECT_EQ(node().fleet.get(kAdmin, kId)->logs.size(), 20u);
  EXPECT_TRUE(node().fleet.list(kAdmin, {}, {})->items.at(0).logs.empty());
}

TEST_F(FleetSignals, ALineFromTheFutureIsFromNow) {
  Caller self = caller_with(Role::Instance, kId.value);
  self.principal.instance = kId;
  Heartbeat heartbeat;
  heartbeat.logs.push_back({clock_.wall() + 24h, "info", "tomorrow"});
  ASSERT_TRUE(node().fleet.heartbeat(self, kId, std::move(heartbeat)));
  EXPECT_EQ(node().fleet.log_lines(kId).at(0).at, clock_.wall());
}

TEST_F(FleetSignals, ProbesAreChecksAndTellWhoListens) {
  int told = 0;
  node().fleet.on_health([&](const ServiceName& service, const std::string& environment) {
    EXPECT_EQ(service, ServiceName("pay"));
    EXPECT_EQ(environment, "Production");
    ++told;
  });
  node().fleet.take_probe(kId, {clock_.wall(), false, "connection refused", 3ms});
  node().fleet.take_probe(InstanceId("nobody"), {clock_.wall(), false, "", 3ms});
  EXPECT_EQ(told, 1);
  EXPECT_EQ(total().checks, 1u);
  EXPECT_EQ(total().failed_checks, 1u);
  EXPECT_EQ(node().fleet.get(kAdmin, kId)->probe->detail, "connection refused");
}

TEST_F(FleetSignals, WhoRefusesWhatItRanHasLeftIt) {
  create_profile();
  upload("1.0.0", 1);
  ASSERT_TRUE(start("1.0.0", json::Value("Direct")));
  node().runner.run_due();
  round();
  Caller self = caller_with(Role::Instance, kId.value);
  self.principal.instance = kId;
  auto observation =
      seen(ProfileName("pay.production"), *node().fleet.desired(self, kId)->at(0).active, false);
  observation.state = ObservedState::Rejected;
  observation.error = "fell back";
  Heartbeat heartbeat;
  heartbeat.observed.push_back(observation);
  ASSERT_TRUE(node().fleet.heartbeat(self, kId, std::move(heartbeat)));
  EXPECT_EQ(node().fleet.observed(ProfileName("pay.production")).at(0).state,
            ObservedState::Rejected);
}

}  // namespace
}  // namespace hotswap::testing
