// Every instance ends at the version that the deployment's end says, whatever came in between.
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

const json::Value kDirect("Direct");
const ProfileName kProfile("pay.production");

class ConvergenceTest : public World {
 protected:
  void on_first_version(int instances) {
    create_profile();
    upload("1.0.0", 1);
    upload("1.1.0", 2);
    register_instances(instances);
    deploy("1.0.0");
  }
  DeploymentId deploy(const std::string& version) {
    const auto started = start(version, kDirect);
    EXPECT_TRUE(started) << (started ? "" : started.error().detail);
    node().runner.run_due();
    round();
    EXPECT_EQ(state(started->id), "Succeeded");
    return started->id;
  }
  void add(const std::string& id) {
    Registration request;
    request.id = InstanceId(id);
    request.instance.service = ServiceName("pay");
    request.instance.environment = "Production";
    request.instance.hostname = id;
    const auto done = node().fleet.register_instance(kAdmin, std::move(request));
    ASSERT_TRUE(done) << done.error().detail;
    ids_.insert(InstanceId(id));
  }
  std::string desired_of(const std::string& id) {
    const auto desired = node().fleet.desired(as(id), InstanceId(id));
    if (!desired || desired->empty() || !desired->at(0).active) return "none";
    return desired->at(0).active->version.str();
  }
  static Caller as(const std::string& id) {
    Caller self = caller_with(Role::Instance, id);
    self.principal.instance = InstanceId(id);
    return self;
  }
  Result<HeartbeatReply> say(const std::string& id, Observation seen) {
    Heartbeat beat;
    beat.observed.push_back(std::move(seen));
    return node().fleet.heartbeat(as(id), InstanceId(id), std::move(beat));
  }
  Result<Deployment> revert(const DeploymentId& id) {
    return node().deployments.command(kAdmin, id, Rollback{.reason = "undo", .by = {}});
  }
};

TEST_F(ConvergenceTest, ARevertTakesTheVersionFromThoseWhoCameAfterTheDeploymentToo) {
  on_first_version(2);
  const auto second = deploy("1.1.0");
  add("late");
  ASSERT_EQ(desired_of("late"), "1.1.0");
  round();
  ASSERT_TRUE(revert(second));
  round();
  EXPECT_EQ(state(second), "RolledBack");
  EXPECT_EQ(desired_of("pay-0"), "1.0.0");
  EXPECT_EQ(desired_of("late"), "1.0.0");
}

TEST_F(ConvergenceTest, ARevertOfTheFirstVersionLeavesLatecomersWhatTheyHold) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(1);
  const auto first = deploy("1.0.0");
  add("late");
  round();
  ASSERT_TRUE(revert(first));
  round();
  EXPECT_EQ(state(first), "RolledBack");
  EXPECT_EQ(desired_of("late"), "none");
}

TEST_F(ConvergenceTest, ARevertHearsAnswersThatComeAtOnce) {
  on_first_version(3);
  const auto second = deploy("1.1.0");
  node().delivery.on_sent = [this] { heartbeats(); };
  ASSERT_TRUE(revert(second));
  node().delivery.on_sent = nullptr;
  node().runner.run_due();
  EXPECT_EQ(state(second), "RolledBack");
}

TEST_F(ConvergenceTest, ATargetThatLostItsRegistrationConvergesAtTheEnd) {
  on_first_version(4);
  const auto rolling = start(
      "1.1.0", json::Object{{"type", "Rolling"}, {"batchSize", 1}, {"batchInterval", "PT5S"}});
  ASSERT_TRUE(rolling);
  node().runner.run_due();
  round();
  const std::string first = now(rolling->id).targets.at(0).instance.value;
  ASSERT_EQ(desired_of(first), "1.1.0");
  ASSERT_TRUE(node().fleet.remove(kAdmin, InstanceId(first)));
  add(first);
  for (int i = 0; i < 40 && !is_terminal(now(rolling->id).state); ++i) {
    pass(2s);
    round();
    if (state(rolling->id) == "Paused")
      ASSERT_TRUE(node().deployments.command(kAdmin, rolling->id, Resume{}));
  }
  const auto end = state(rolling->id);
  EXPECT_EQ(desired_of(first), end == "Succeeded" ? "1.1.0" : "1.0.0") << end;
  for (const InstanceId& id : ids_)
    EXPECT_EQ(desired_of(id.value), end == "Succeeded" ? "1.1.0" : "1.0.0") << id.value;
}

TEST_F(ConvergenceTest, WhoRunsAnotherVersionUnderTheSameGenerationCountsAsNotApplied) {
  on_first_version(1);
  const auto started = start("1.1.0", kDirect);
  ASSERT_TRUE(started);
  node().runner.run_due();
  // Its registration is lost and made anew: it is given the baseline, under the generation that the
  // profile has by now.
  ASSERT_TRUE(node().fleet.remove(kAdmin, InstanceId("pay-0")));
  add("pay-0");
  ASSERT_EQ(desired_of("pay-0"), "1.0.0");
  round();
  EXPECT_NE(now(started->id).targets.at(0).state, TargetState::Applied);
}

TEST_F(ConvergenceTest, ContentThatDiffersFromTheDesiredOneDoesNotCountAsApplied) {
  on_first_version(1);
  const auto started = start("1.1.0", kDirect);
  ASSERT_TRUE(started);
  node().runner.run_due();
  auto slot = *node().fleet.desired(as("pay-0"), InstanceId("pay-0"))->at(0).active;
  slot.hash = std::string(64, 'f');
  ASSERT_TRUE(say("pay-0", seen(kProfile, slot, false)));
  node().runner.run_due();
  EXPECT_EQ(state(started->id), "Running");
  EXPECT_NE(now(started->id).targets.at(0).state, TargetState::Applied);
}

TEST_F(ConvergenceTest, AProfileMadeAnewGoesOnCountingGenerations) {
  on_first_version(1);
  deploy("1.1.0");
  const auto before = store_.profile(kProfile)->generation;
  ASSERT_TRUE(node().configs.remove(kAdmin, kProfile, true));
  create_profile();
  EXPECT_GE(store_.profile(kProfile)->generation, before);
  upload("1.0.0", 7);
  deploy("1.0.0");
  // Instances that outlived the old profile ignore whatever looks older than what they run.
  const auto desired = node().fleet.desired(as("pay-0"), InstanceId("pay-0"));
  ASSERT_TRUE(desired);
  EXPECT_GT(desired->at(0).active->generation, before);
}

TEST_F(ConvergenceTest, ADeletedProfileIsNoLongerDesired) {
  on_first_version(1);
  ASSERT_TRUE(node().configs.remove(kAdmin, kProfile, true));
  EXPECT_TRUE(node().fleet.desired(as("pay-0"), InstanceId("pay-0"))->empty());
  EXPECT_TRUE(node().fleet.observed(kProfile).empty());
  round();
  restart();
  EXPECT_TRUE(node().fleet.desired(as("pay-0"), InstanceId("pay-0"))->empty());
}

TEST_F(ConvergenceTest, AProfileWithARunningDeploymentCannotBeDeletedBehindItsBack) {
  on_first_version(1);
  ASSERT_TRUE(start("1.1.0", kDirect));
  ChangeSet changes;
  changes.push_back(change::DeleteProfile{kProfile});
  const auto refused = store_.commit(std::move(changes));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "deployment.already_active");
}

TEST_F(ConvergenceTest, WhoRefusedAGenerationIsNotToldOfItForEver) {
  on_first_version(1);
  ASSERT_TRUE(start("1.1.0", kDirect));
  node().runner.run_due();
  const auto slot = *node().fleet.desired(as("pay-0"), InstanceId("pay-0"))->at(0).active;
  auto refusal = seen(kProfile, slot, false);
  refusal.state = ObservedState::Rejected;
  refusal.error = "no";
  const auto reply = say("pay-0", refusal);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->changed.empty());
}

TEST_F(ConvergenceTest, AClockThatWasSetDoesNotLoseTheBaseline) {
  on_first_version(2);
  for (int i = 0; i < 5; ++i) {
    pass(5s);
    round();
  }
  clock_.set_wall(clock_.wall() + 3h);
  const auto started = start("1.1.0", kDirect);
  ASSERT_TRUE(started);
  node().runner.run_due();
  EXPECT_TRUE(now(started->id).baseline.has_value());
}

TEST_F(ConvergenceTest, ACommandAfterAFailureOfTheStoreDoesNotDelayWhatInstancesSaid) {
  on_first_version(2);
  const auto started = start("1.1.0", kDirect);
  ASSERT_TRUE(started);
  node().runner.run_due();
  heartbeats();
  store_.fail_before_commit();
  node().runner.run_due();
  ASSERT_FALSE(node().deployments.command(kAdmin, started->id, Resume{}));
  pass(1500ms);
  node().runner.run_due();
  EXPECT_EQ(state(started->id), "Succeeded");
}

TEST_F(ConvergenceTest, ATargetThatWasGoneBeforeARestartIsNotCountedAsThere) {
  on_first_version(2);
  const auto canary = start("1.1.0", json::Object{{"type", "Canary"},
                                                  {"canaryPercentage", 50},
                                                  {"phases", json::Array{50, 100}},
                                                  {"phaseInterval", "PT10M"}});
  ASSERT_TRUE(canary);
  node().runner.run_due();
  round();
  const InstanceId treated = now(canary->id).targets.at(0).instance;
  ChangeSet changes;
  changes.push_back(change::DeleteInstance{treated});
  ASSERT_TRUE(store_.commit(std::move(changes)));
  restart();
  node().runner.run_due();
  EXPECT_EQ(now(canary->id).targets.at(0).state, TargetState::Unreachable);
}

}  // namespace
}  // namespace hotswap::testing
