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
                                    RollingBack{"health", 1, kNow, kNow + 5s, ": still bad"},
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
  for (const auto phase : {Phase::Confirming, Phase::Assigning, Phase::Soaking, Phase::Judging,
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

TEST(SafetyJson, ReadsWhatItWrites) {
  const RollbackProof proof{false, 3, 2, 1, {"version 1.0.0 is gone"}};
  EXPECT_EQ(rollback_proof_from_json(to_json(proof)).value(), proof);
  for (const auto state :
       {PoolSwitch::State::Before, PoolSwitch::State::Switching, PoolSwitch::State::Switched,
        PoolSwitch::State::SwitchingBack, PoolSwitch::State::Back}) {
    const PoolSwitch pools{"blue", "green", state, 7, "503"};
    EXPECT_EQ(pool_switch_from_json(to_json(pools)).value(), pools);
  }
  for (const auto state :
       {HookCall::State::Waiting, HookCall::State::Passed, HookCall::State::Failed}) {
    const HookCall call{"gate", 4, state, 9, 3, kNow, "403 no"};
    EXPECT_EQ(hook_call_from_json(to_json(call)).value(), call);
  }
}

TEST(SafetyJson, RefusesWhatIsNone) {
  EXPECT_FALSE(rollback_proof_from_json(parsed(R"({"held":-1})")));
  EXPECT_FALSE(pool_switch_from_json(parsed(R"({"from":"a","to":"b","state":"Gone"})")));
  EXPECT_FALSE(pool_switch_from_json(parsed(R"({"state":"Back"})")));
  EXPECT_FALSE(hook_call_from_json(parsed(R"({"hook":"a","state":"Waiting","attempt":-1})")));
  EXPECT_FALSE(hook_call_from_json(parsed("[]")));
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

TEST(Deployment, IsIdleUntilTheTrafficOfItsPoolsIsSwitched) {
  Deployment deployment;
  EXPECT_FALSE(is_idle(deployment));
  deployment.plan.steps.resize(2);
  deployment.plan.steps[0].idle = true;
  deployment.pools = PoolSwitch{"blue", "green", PoolSwitch::State::Before, 0, ""};
  EXPECT_TRUE(is_idle(deployment));
  deployment.pools->state = PoolSwitch::State::Switching;
  EXPECT_TRUE(is_idle(deployment));
  deployment.pools->state = PoolSwitch::State::Switched;
  EXPECT_FALSE(is_idle(deployment));
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
