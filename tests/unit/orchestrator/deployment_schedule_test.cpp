// When deployments start: at a time, when the calendar lets them, or when a person says so.
#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class DeploymentScheduleTest : public RolloutWorld {
 protected:
  void SetUp() override { fleet_on_first_version(3); }

  Result<Deployment> scheduled(Duration ahead, json::Value strategy = kDirect) {
    auto request = request_for("1.1.0", strategy);
    request.start_at = clock_.wall() + ahead;
    return start(std::move(request));
  }
  Permission frozen() {
    return {.allowed = false,
            .reason = "frozen by entry f-1: black friday",
            .next = clock_.wall() + 1h};
  }
  void freeze() { node().permission = frozen(); }
};

TEST_F(DeploymentScheduleTest, AScheduledOneWaitsForItsTimeAndReachesWhoeverIsThereThen) {
  const auto planned = scheduled(10min);
  ASSERT_TRUE(planned) << planned.error().detail;
  rounds(3, 2min);
  EXPECT_EQ(state(planned->id), "Planned");
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
  register_instances(5);
  rounds(2, 30s);
  rounds(1, 3min);
  run_to_end(planned->id);
  EXPECT_EQ(state(planned->id), "Succeeded");
  EXPECT_EQ(now(planned->id).targets.size(), 5u);
  EXPECT_EQ(desired_of(InstanceId("pay-4")), "1.1.0");
}

TEST_F(DeploymentScheduleTest, TheScheduleOutlivesACrash) {
  const auto planned = scheduled(10min);
  ASSERT_TRUE(planned);
  restart();
  EXPECT_EQ(state(planned->id), "Planned");
  rounds(22, 30s);
  run_to_end(planned->id);
  EXPECT_EQ(state(planned->id), "Succeeded");
}

TEST_F(DeploymentScheduleTest, WhenFewerAreLeftTheTargetsThatWentAreForgotten) {
  const auto planned = scheduled(1min);
  ASSERT_TRUE(planned);
  ASSERT_TRUE(node().fleet.remove(kAdmin, InstanceId("pay-2")));
  ids_.erase(InstanceId("pay-2"));
  rounds(14, 5s);
  run_to_end(planned->id);
  EXPECT_EQ(now(planned->id).targets.size(), 2u);
  EXPECT_EQ(state(planned->id), "Succeeded");
}

TEST_F(DeploymentScheduleTest, NamedTargetsAreThoseOfTheStart) {
  auto request = request_for("1.1.0", kDirect);
  request.start_at = clock_.wall() + 1min;
  request.targets.instances = {InstanceId("pay-1")};
  const auto planned = start(std::move(request));
  ASSERT_TRUE(planned);
  restart();
  rounds(14, 5s);
  run_to_end(planned->id);
  EXPECT_EQ(state(planned->id), "Succeeded");
  EXPECT_EQ(desired_of(InstanceId("pay-1")), "1.1.0");
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
  EXPECT_TRUE(now(planned->id).partial);
}

TEST_F(DeploymentScheduleTest, OneThatCannotStartWhenItIsDueIsCancelledAndSaysWhy) {
  const auto planned = scheduled(1min);
  ASSERT_TRUE(planned);
  freeze();
  pass(2min);
  node().runner.run_due();
  ASSERT_EQ(state(planned->id), "Cancelled");
  EXPECT_TRUE(std::get<Cancelled>(now(planned->id).state).reason.contains("black friday"))
      << std::get<Cancelled>(now(planned->id).state).reason;
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
}

TEST_F(DeploymentScheduleTest, WhenNobodyIsThereAnyMoreItIsCancelled) {
  const auto planned = scheduled(1min);
  ASSERT_TRUE(planned);
  for (const InstanceId& id : ids_) ASSERT_TRUE(node().fleet.remove(kAdmin, id));
  pass(2min);
  node().runner.run_due();
  EXPECT_EQ(state(planned->id), "Cancelled");
}

TEST_F(DeploymentScheduleTest, AStoreThatIsAwayOnlyDelaysTheStart) {
  const auto planned = scheduled(1min);
  ASSERT_TRUE(planned);
  store_.set_down(true);
  pass(2min);
  node().runner.run_due();
  store_.set_down(false);
  EXPECT_EQ(state(planned->id), "Planned");
  rounds(5, 2s);
  EXPECT_EQ(state(planned->id), "Succeeded");
}

TEST_F(DeploymentScheduleTest, PromoteStartsItAtOnce) {
  const auto planned = scheduled(24h);
  ASSERT_TRUE(planned);
  register_instances(4);
  const auto done = command(planned->id, Promote{});
  ASSERT_TRUE(done) << done.error().detail;
  rounds(3);
  EXPECT_EQ(state(planned->id), "Succeeded");
  EXPECT_EQ(now(planned->id).targets.size(), 4u);
}

TEST_F(DeploymentScheduleTest, AFreezeRefusesToPromoteItToo) {
  const auto planned = scheduled(24h);
  ASSERT_TRUE(planned);
  freeze();
  const auto done = command(planned->id, Promote{});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "deployment.frozen");
  EXPECT_EQ(state(planned->id), "Planned");
}

TEST_F(DeploymentScheduleTest, CancelAndRollbackEndItBeforeItsTime) {
  const auto first = scheduled(24h);
  ASSERT_TRUE(first);
  ASSERT_TRUE(command(first->id, Cancel{.reason = "not today", .by = {}}));
  EXPECT_EQ(state(first->id), "Cancelled");
  const auto second = scheduled(24h);
  ASSERT_TRUE(second) << second.error().detail;
  const auto back = command(second->id, Rollback{.reason = "never", .by = {}});
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_TRUE(is_terminal(now(second->id).state)) << state(second->id);
}

TEST_F(DeploymentScheduleTest, AStartInThePastOrFarAheadIsRefused) {
  for (const Duration ahead : {Duration(-1s), Duration(24h * 31)}) {
    const auto refused = scheduled(ahead);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "deployment.invalid");
    EXPECT_EQ(refused.error().fields.at(0).path, "$.startAt");
  }
}

TEST_F(DeploymentScheduleTest, TheCalendarRefusesAndSaysWhenItOpens) {
  freeze();
  const auto refused = start("1.1.0", kDirect);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_TRUE(refused.error().detail.contains("black friday")) << refused.error().detail;
}

TEST_F(DeploymentScheduleTest, AFreezeThatComesWhileADeploymentIsBeingStoredStopsIt) {
  int asked = 0;
  node().calendar = [&] { return asked++ == 0 ? Permission{} : frozen(); };
  const auto refused = start("1.1.0", kDirect);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_TRUE(refused.error().detail.contains("black friday")) << refused.error().detail;
  rounds(3, 30s);
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
  node().calendar = [] { return Permission{}; };
  EXPECT_TRUE(start("1.1.0", kDirect)) << "the one that was stopped is over";
}

TEST_F(DeploymentScheduleTest, ForceAgainstTheCalendarNeedsAReasonThatIsKept) {
  freeze();
  auto request = request_for("1.1.0", kDirect);
  request.force = true;
  const auto silent = start(request);
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().fields.at(0).path, "$.reason");
  request.reason = "customers cannot pay";
  const auto done = start(request);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(done->reason.contains("customers cannot pay"));
  EXPECT_TRUE(done->reason.contains("black friday"));
}

TEST_F(DeploymentScheduleTest, ADryRunIsShownWhateverTheCalendarSays) {
  freeze();
  auto request = request_for("1.1.0", kDirect);
  request.dry_run = true;
  EXPECT_TRUE(start(request));
  EXPECT_FALSE(node().deployments.may_start(ProfileName("pay.production"))->allowed);
}

TEST_F(DeploymentScheduleTest, TheEmergencyStopPausesWhatRunsWithItsReason) {
  const auto id = started(canary("PT1H"));
  round();
  const auto halted = node().runner.pause_all(kAdmin, {}, "frozen: black friday");
  ASSERT_TRUE(halted);
  EXPECT_EQ(*halted, std::vector{ProfileName("pay.production")});
  ASSERT_EQ(state(id), "Paused");
  EXPECT_EQ(std::get<Paused>(now(id).state).reason, "frozen: black friday");
  EXPECT_TRUE(node().runner.pause_all(kAdmin, {}, "again")->empty());
}

TEST_F(DeploymentScheduleTest, TheEmergencyStopKeepsToItsScopeAndLetsRollbacksGoOn) {
  const auto id = started(canary("PT1H"));
  round();
  EXPECT_TRUE(node().runner.pause_all(kAdmin, {"Staging", {}, {}}, "no")->empty());
  EXPECT_TRUE(node().runner.pause_all(kAdmin, {{}, "other", {}}, "no")->empty());
  EXPECT_EQ(state(id), "Running");
  ASSERT_TRUE(command(id, Rollback{.reason = "back", .by = {}}));
  ASSERT_EQ(state(id), "RollingBack");
  EXPECT_TRUE(node().runner.pause_all(kAdmin, {}, "stop")->empty());
  run_to_end(id, 60);
  EXPECT_EQ(state(id), "RolledBack");
}

TEST_F(DeploymentScheduleTest, TheEmergencyStopCatchesOneThatIsAboutToStart) {
  const auto begun = start("1.1.0", kDirect);
  ASSERT_TRUE(begun);
  ASSERT_TRUE(node().runner.pause_all(kAdmin, {}, "frozen"));
  node().runner.run_due();
  EXPECT_EQ(state(begun->id), "Cancelled");
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
}

TEST_F(DeploymentScheduleTest, ABreachWhilePausedRollsBackAllTheSame) {
  const auto id = started(canary("PT1H"));
  round();
  ASSERT_TRUE(node().runner.pause_all(kAdmin, {}, "frozen"));
  bad_rounds(id, 120);
  EXPECT_EQ(state(id), "RolledBack");
}

}  // namespace
}  // namespace hotswap::testing
