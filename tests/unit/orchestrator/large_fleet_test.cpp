// Fleets of a thousand and more: told by the commit that stores the deployment, heard together.
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kFleet = 1000;
const ProfileName kProfile("pay.production");

class LargeFleet : public World {
 protected:
  void SetUp() override {
    create_profile();
    upload("1.0.0", 1);
    upload("1.1.0", 2);
    register_instances(kFleet);
  }
  Result<Deployment> start_direct(const std::string& version = "1.0.0") {
    return start(version, json::Value("Direct"));
  }
  void run_to_end(const DeploymentId& id) {
    for (int i = 0; i < 60 && !is_terminal(now(id).state); ++i) {
      pass(1s);
      round();
    }
  }
  void answer(int from, int to, ObservedState state = ObservedState::Applied) {
    for (int i = from; i < to; ++i) {
      const InstanceId id("pay-" + std::to_string(i));
      Caller self = caller_with(Role::Instance, id.value);
      self.principal.instance = id;
      Heartbeat beat;
      for (const Assignment& assignment : node().fleet.desired(self, id).value()) {
        beat.observed.push_back(seen(assignment.profile, *assignment.active, false));
        beat.observed.back().state = state;
      }
      ASSERT_TRUE(node().fleet.heartbeat(self, id, std::move(beat)).has_value());
    }
  }
  std::size_t in_state(const DeploymentId& id, TargetState state) { return count(now(id), state); }
};

TEST_F(LargeFleet, IsToldByTheCommitThatStoresTheDeployment) {
  const auto started = start_direct();
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_EQ(node().delivery.sent.size(), std::size_t{kFleet}) << "before anybody has run it";
  const auto stored = now(started->id);
  EXPECT_EQ(state_name(stored.state), "Running");
  EXPECT_EQ(stored.targets.size(), std::size_t{kFleet});
  EXPECT_EQ(count(stored, TargetState::Assigned), std::size_t{kFleet});
  EXPECT_EQ(store_.assignments_of(kProfile)->size(), std::size_t{kFleet});
  std::vector<std::string> kinds;
  for (const auto& event :
       store_.events({.profile = {}, .deployment = started->id.value}, 0, 10).value())
    kinds.push_back(event.kind);
  ASSERT_GE(kinds.size(), 2U);
  EXPECT_EQ(kinds[0], "deployment.planned");
  EXPECT_EQ(kinds[1], "deployment.started");
  run_to_end(started->id);
  EXPECT_EQ(state(started->id), "Succeeded");
}

TEST_F(LargeFleet, WhoAnswersBeforeTheStartHasReturnedIsHeard) {
  node().delivery.on_sent = [this] {
    node().delivery.on_sent = nullptr;
    answer(0, kFleet);
  };
  const auto started = start_direct();
  ASSERT_TRUE(started);
  pass(1s);
  node().runner.run_due();
  EXPECT_EQ(state(started->id), "Succeeded");
}

TEST_F(LargeFleet, AStartThatIsNotStoredLeavesNothing) {
  store_.fail_before_commit();
  const auto refused = start_direct();
  ASSERT_FALSE(refused);
  EXPECT_EQ(node().runner.active(), 0U);
  EXPECT_TRUE(node().delivery.sent.empty());
  const auto started = start_direct();
  ASSERT_TRUE(started) << started.error().detail;
  run_to_end(started->id);
  EXPECT_EQ(state(started->id), "Succeeded");
}

TEST_F(LargeFleet, AnotherProcessGoesOnWhereTheFirstOneDied) {
  const auto started = start_direct();
  ASSERT_TRUE(started);
  restart();
  run_to_end(started->id);
  EXPECT_EQ(state(started->id), "Succeeded");
}

TEST_F(LargeFleet, GoodNewsIsTakenTogether) {
  const auto started = start_direct();
  ASSERT_TRUE(started);
  pass(1s);
  node().runner.run_due();
  answer(0, 10);
  node().runner.run_due();
  EXPECT_EQ(in_state(started->id, TargetState::Applied), 0U) << "more will come";
  pass(100ms);
  node().runner.run_due();
  EXPECT_EQ(in_state(started->id, TargetState::Applied), 10U);
  answer(10, kFleet);
  node().runner.run_due();
  EXPECT_EQ(state(started->id), "Succeeded") << "nobody is waited for";
}

TEST_F(LargeFleet, BadNewsIsTakenAtOnce) {
  const auto started = start_direct();
  ASSERT_TRUE(started);
  pass(1s);
  node().runner.run_due();
  answer(0, 10);
  answer(10, 11, ObservedState::Rejected);
  node().runner.run_due();
  EXPECT_EQ(state(started->id), "RolledBack") << "nobody else is waited for";
}

TEST_F(LargeFleet, ItsBaselineIsThatBeforeItWasTold) {
  const auto first = start_direct();
  ASSERT_TRUE(first);
  run_to_end(first->id);
  for (int i = 0; i < 3; ++i) {
    pass(5s);
    round();
  }
  const auto second = start_direct("1.1.0");
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_FALSE(now(second->id).baseline) << "everybody is told first";
  pass(1s);
  node().runner.run_due();
  const auto baseline = now(second->id).baseline;
  ASSERT_TRUE(baseline);
  EXPECT_GT(baseline->all.requests, 0U);
  heartbeats([](const InstanceId&) { return true; }, [](const InstanceId&) { return bad(); });
  node().runner.run_due();
  EXPECT_EQ(now(second->id).baseline->all.requests, baseline->all.requests) << "the first counts";
}

}  // namespace
}  // namespace hotswap::testing
