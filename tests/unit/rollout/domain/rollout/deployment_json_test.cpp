#include "../../support.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{std::chrono::milliseconds(1'700'000'000'123)};

TEST(DeploymentStateJson, ReadsWhatItWrites) {
  const Running running{2, Phase::Soaking, kNow};
  const DeploymentState states[] = {Planned{},
                                    running,
                                    Paused{running, 90s, "lunch", kNow + 1s},
                                    RollingBack{"health", 1, kNow},
                                    Succeeded{kNow},
                                    RolledBack{"health", kNow},
                                    Failed{"not verified", kNow},
                                    Cancelled{"", kNow}};
  for (const auto& state : states) {
    const auto read = deployment_state_from_json(to_json(state));
    ASSERT_TRUE(read) << state_name(state) << read.error().detail;
    EXPECT_TRUE(*read == state) << state_name(state);
  }
}

TEST(DeploymentStateJson, KnowsEveryPhase) {
  for (const auto phase : {Phase::Assigning, Phase::Soaking, Phase::Judging,
                           Phase::AwaitingPromotion, Phase::Baking}) {
    const DeploymentState state = Running{0, phase, kNow};
    EXPECT_TRUE(deployment_state_from_json(to_json(state)).value() == state);
  }
}

TEST(DeploymentStateJson, LooksAsTheContractShows) {
  EXPECT_EQ(json::write(to_json(DeploymentState(Running{0, Phase::Judging, kNow}))),
            R"({"name":"Running","step":0,"phase":"Judging","since":"2023-11-14T22:13:20.123Z"})");
}

TEST(DeploymentStateJson, RefusesWhatIsNoState) {
  for (const auto* text :
       {"{}", "[]", R"({"name":"Resting"})", R"({"name":"Running"})", R"({"name":"Succeeded"})",
        R"({"name":"Planned","step":1})", R"({"name":"Paused","reason":"","since":"x"})",
        R"({"name":"Running","step":-1,"phase":"Soaking","since":"2023-11-14T22:13:20Z"})",
        R"({"name":"Running","step":0,"phase":"Napping","since":"2023-11-14T22:13:20Z"})",
        R"({"name":"Failed","at":"2023-11-14T22:13:20Z"})"}) {
    const auto read = deployment_state_from_json(parsed(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "deployment.invalid");
  }
}

TEST(DeploymentState, KnowsWhichStatesAreTheEnd) {
  EXPECT_FALSE(is_terminal(Planned{}));
  EXPECT_FALSE(is_terminal(Running{}));
  EXPECT_FALSE(is_terminal(Paused{}));
  EXPECT_FALSE(is_terminal(RollingBack{}));
  EXPECT_TRUE(is_terminal(Succeeded{}));
  EXPECT_TRUE(is_terminal(RolledBack{}));
  EXPECT_TRUE(is_terminal(Failed{}));
  EXPECT_TRUE(is_terminal(Cancelled{}));
}

TEST(TargetStates, HaveNamesThatReadBack) {
  for (const auto state : {TargetState::Waiting, TargetState::Assigned, TargetState::Received,
                           TargetState::Staged, TargetState::Applied, TargetState::Rejected,
                           TargetState::Failed, TargetState::Unreachable, TargetState::Restored}) {
    EXPECT_EQ(target_state_from_string(to_string(state)), state);
  }
  EXPECT_EQ(target_state_from_string("applied"), std::nullopt);
}

TEST(Deployment, CountsItsTargetsByState) {
  Deployment deployment;
  deployment.targets.resize(3);
  deployment.targets[1].state = TargetState::Applied;
  EXPECT_EQ(count(deployment, TargetState::Waiting), 2U);
  EXPECT_EQ(count(deployment, TargetState::Applied), 1U);
}

}  // namespace
}  // namespace hotswap
