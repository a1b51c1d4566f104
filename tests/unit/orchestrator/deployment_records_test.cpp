// What the judge saw is kept: as records in the store, and as gauges.
#include "domain/health/replay.hpp"
#include "orchestrator/health_gauges.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class DeploymentRecordsTest : public RolloutWorld {
 protected:
  static std::uint64_t requests(const std::vector<HealthRecord>& records, bool treated) {
    std::uint64_t sum = 0;
    for (const HealthRecord& record : records)
      for (const RecordedSample& sample : record.samples)
        if (sample.treated == treated) sum += sample.sample.requests;
    return sum;
  }
};

TEST_F(DeploymentRecordsTest, TheBaselineIsFrozenBeforeTheFirstAssignment) {
  fleet_on_first_version(4);
  const auto begun = start("1.1.0", canary());
  ASSERT_TRUE(begun);
  node().runner.run_due();
  const auto before = now(begun->id).baseline;
  ASSERT_TRUE(before);
  EXPECT_EQ(before->all.requests % 200, 0u);
  EXPECT_GT(before->all.requests, 0u);
  rounds(5);
  EXPECT_EQ(now(begun->id).baseline, before);
}

TEST_F(DeploymentRecordsTest, WhileDataComesThereIsARecordEveryFiveSecondsAtLeast) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT40S"));
  rounds(35);
  const auto all = records(id);
  ASSERT_GE(all.size(), 5u);
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_LE(all[i].at - all[i - 1].at, 6s);
    EXPECT_GT(all[i].sequence, all[i - 1].sequence);
  }
  EXPECT_LE(all.size(), 40u);
  EXPECT_EQ(all.back().phase, "Soaking");
  EXPECT_EQ(all.back().judgement.verdicts.size(), default_criteria().size());
}

TEST_F(DeploymentRecordsTest, NoSampleIsLostAndNoneIsKeptTwice) {
  fleet_on_first_version(2);
  const auto id = started(canary("PT30S"));
  round();  // One of the two runs it now.
  const auto first = clock_.wall();
  rounds(20);
  const auto all = records(id);
  ASSERT_FALSE(all.empty());
  // One heartbeat of 200 requests a second each, but for what is still open.
  const auto seconds = static_cast<std::uint64_t>((all.back().at - first) / 1s);
  EXPECT_NEAR(static_cast<double>(requests(all, true)), static_cast<double>(seconds * 200), 400);
  EXPECT_NEAR(static_cast<double>(requests(all, false)), static_cast<double>(seconds * 200), 400);
}

TEST_F(DeploymentRecordsTest, TheFailingVerdictIsOnRecordTogetherWithTheDecision) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT2M"));
  bad_rounds(id, 120);
  ASSERT_EQ(state(id), "RolledBack");
  auto all = records(id);
  const auto failing = std::ranges::find_if(all, [](const HealthRecord& record) {
    return record.judgement.overall == Outcome::Fail && record.phase != "RollingBack";
  });
  ASSERT_NE(failing, all.end());
  EXPECT_EQ(failing->at, events(id, "rollback.detected").at(0).at);
  EXPECT_GT(requests(all, true), 0u);
}

TEST_F(DeploymentRecordsTest, AFailureOfTheStoreLosesNeitherDecisionNorRecord) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT2M"));
  for (int i = 0; i < 120 && !is_terminal(now(id).state); ++i) {
    if (i % 3 == 0) store_.fail_before_commit();
    bad_rounds(id, 1);
  }
  bad_rounds(id, 60);
  ASSERT_EQ(state(id), "RolledBack");
  EXPECT_TRUE(std::ranges::any_of(records(id), [](const HealthRecord& record) {
    return record.judgement.overall == Outcome::Fail;
  }));
}

TEST_F(DeploymentRecordsTest, RecordsGoOnAfterARestart) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT1M"));
  rounds(12);
  const auto before = records(id).size();
  restart();
  rounds(12);
  EXPECT_GT(records(id).size(), before);
}

TEST_F(DeploymentRecordsTest, ARecordOfManyInstancesKeepsSixtyApart) {
  fleet_on_first_version(100);
  const auto id = started(canary("PT30S"));
  rounds(12);
  std::set<std::string> instances;
  for (const HealthRecord& record : records(id)) {
    for (const RecordedSample& sample : record.samples) instances.insert(sample.instance.value);
  }
  EXPECT_TRUE(instances.contains("others-treated"));
  EXPECT_TRUE(instances.contains("others-control"));
  EXPECT_LE(instances.size(), kRecordedInstances + 2);
}

TEST_F(DeploymentRecordsTest, ARollbackIsVerifiedByTheHealthOfThoseWhoCameBack) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT2M"));
  bad_rounds(id, 120);
  ASSERT_EQ(state(id), "RolledBack");
  const auto all = records(id);
  EXPECT_TRUE(std::ranges::any_of(
      all, [](const HealthRecord& record) { return record.phase == "RollingBack"; }));
  EXPECT_TRUE(events(id, "rollback.verified").at(0).message.contains("within"))
      << events(id, "rollback.verified").at(0).message;
}

TEST_F(DeploymentRecordsTest, WhatWasDecidedIsDecidedAgainFromTheRecords) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT2M"));
  bad_rounds(id, 120);
  ASSERT_EQ(state(id), "RolledBack");
  const auto deployment = now(id);
  auto all = records(id);
  std::erase_if(all, [](const HealthRecord& record) { return record.phase == "RollingBack"; });
  const auto again = replay(deployment.health, deployment.baseline, all);
  ASSERT_TRUE(again.would_roll_back) << again.reason;
  EXPECT_EQ(*again.would_roll_back, all.back().at);

  auto lenient = deployment.health;
  for (auto& criterion : lenient.criteria) criterion.threshold *= 4;
  EXPECT_TRUE(replay(lenient, deployment.baseline, all).would_roll_back)
      << "two of five requests failed: four times the threshold is crossed as well";
}

TEST_F(DeploymentRecordsTest, ARollbackAfterWhichHealthStaysBadIsNotCalledVerified) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT2M"));
  const std::string treated = now(id).targets.at(0).instance.value;
  // Something else broke it: going back does not heal it.
  for (int i = 0; i < 200 && !is_terminal(now(id).state); ++i) {
    pass(1s);
    heartbeats(
        [](const InstanceId&) { return true; },
        [&](const InstanceId& instance) { return instance.value == treated ? bad() : good(); });
    node().runner.run_due();
  }
  EXPECT_EQ(state(id), "Failed");
}

TEST_F(DeploymentRecordsTest, VerdictsAreGaugesUntilTheDeploymentEnds) {
  fleet_on_first_version(4);
  const auto id = started(canary("PT10S"));
  rounds(5);
  MemoryMetrics metrics;
  publish_health(node().runner.health(), metrics);
  EXPECT_EQ(metrics.count("hotswap_health_verdict"), default_criteria().size());
  EXPECT_GT(metrics.count("hotswap_health_value"), 0u);
  run_to_end(id);
  publish_health(node().runner.health(), metrics);
  EXPECT_EQ(metrics.count("hotswap_health_verdict"), 0u);
}

TEST_F(DeploymentRecordsTest, WhoeverFollowsSeesTheDeploymentsAsTheyWereSavedLast) {
  fleet_on_first_version(4);
  EXPECT_TRUE(node().runner.active_deployments().empty());
  const auto id = started(canary("PT10S"));
  const auto active = node().runner.active_deployments();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0]->id, id);
  EXPECT_EQ(state_name(active[0]->state), "Running");
  run_to_end(id);
  EXPECT_TRUE(node().runner.active_deployments().empty());
}

TEST_F(DeploymentRecordsTest, OneWhoLiesAboutItsContentNeverCountsAsApplied) {
  fleet_on_first_version(2);
  const auto begun = start("1.1.0", kDirect);
  ASSERT_TRUE(begun);
  node().runner.run_due();
  for (int lie = 0; lie < 2; ++lie) {
    for (const InstanceId& id : ids_) {
      Caller self = caller_with(Role::Instance, id.value);
      self.principal.instance = id;
      auto slot = *node().fleet.desired(self, id)->at(0).active;
      if (lie == 0) slot.hash = std::string(64, '0');
      if (lie == 1) slot.version = SemVer(9, 9, 9);
      Heartbeat beat;
      beat.observed.push_back(seen(ProfileName("pay.production"), slot, false));
      ASSERT_TRUE(node().fleet.heartbeat(self, id, std::move(beat)));
    }
    node().runner.run_due();
    EXPECT_EQ(count(now(begun->id), TargetState::Applied), 0u) << lie;
  }
}

}  // namespace
}  // namespace hotswap::testing
