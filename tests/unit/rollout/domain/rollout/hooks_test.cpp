// due_hooks() and next_deadline(): what a shell asks, how often, and when it wakes.
#include "../../support.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{std::chrono::hours(480'000)};

Deployment deployment_with(std::string_view hooks, std::size_t targets = 2) {
  Deployment deployment;
  deployment.profile = ProfileName("shop");
  deployment.version = SemVer(2, 0, 0);
  const auto text = R"({"type":"Canary","phases":[50,100],"phaseInterval":"PT1M",)"
                    R"("healthCheckEnabled":false,"hooks":)" +
                    std::string(hooks) + "}";
  deployment.strategy = strategy_from_json(parsed(text), "$").value();
  deployment.plan = plan(deployment.strategy, targets);
  deployment.created_at = kStart;
  for (std::size_t i = 0; i < targets; ++i) {
    Target target;
    target.instance = InstanceId("i" + std::to_string(i));
    target.previous = SemVer(1, 0, 0);
    deployment.targets.push_back(target);
  }
  return deployment;
}

constexpr auto kGate = R"([{"name":"gate","type":"confirm-rollout","url":"https://ci.example"}])";
constexpr auto kPolled =
    R"([{"name":"pager","type":"rollback","url":"https://ci.example","interval":"PT20S"}])";

Deployment after(const Deployment& deployment, const DeploymentEvent& event, WallTime now) {
  return decide(deployment, event, now).value().next;
}

TEST(DueHooks, AreNoneBeforeTheStart) {
  EXPECT_TRUE(due_hooks(deployment_with(kGate), kStart).empty());
}

TEST(DueHooks, AreAskedAgainUntilTheAnswerIsTaken) {
  const auto waiting = after(deployment_with(kGate), Tick{}, kStart);
  for (const auto now : {kStart, kStart + 1s, kStart + 1h}) {
    const auto due = due_hooks(waiting, now);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].hook.name, "gate");
    EXPECT_EQ(due[0].step, 0U);
    EXPECT_EQ(due[0].attempt, 1U);
  }
}

TEST(DueHooks, WaitTheIntervalAfterARefusal) {
  const auto waiting = after(deployment_with(kGate), Tick{}, kStart);
  const auto refused = after(waiting, HookAnswered{"gate", 0, 1, false, "403"}, kStart + 5s);
  EXPECT_TRUE(due_hooks(refused, kStart + 14s).empty());
  const auto due = due_hooks(refused, kStart + 15s);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].attempt, 2U);
  EXPECT_EQ(next_deadline(refused), kStart + 15s);
}

TEST(DueHooks, AreOverOnceTheyPassed) {
  const auto waiting = after(deployment_with(kGate), Tick{}, kStart);
  const auto passed = after(waiting, HookAnswered{"gate", 0, 1, true, "200"}, kStart + 5s);
  EXPECT_TRUE(due_hooks(passed, kStart + 1h).empty());
}

TEST(HookAnswers, AreStaleForAnotherAttemptStepOrHook) {
  const auto waiting = after(deployment_with(kGate), Tick{}, kStart);
  for (const auto& stale :
       {HookAnswered{"gate", 0, 0, true, ""}, HookAnswered{"gate", 0, 2, true, ""},
        HookAnswered{"gate", 1, 1, true, ""}, HookAnswered{"other", 0, 1, true, ""}}) {
    EXPECT_TRUE(decide(waiting, stale, kStart + 1s).value().nothing());
  }
  const auto passed = after(waiting, HookAnswered{"gate", 0, 1, true, ""}, kStart + 1s);
  EXPECT_TRUE(decide(passed, HookAnswered{"gate", 0, 1, true, ""}, kStart + 2s)->nothing());
}

TEST(HookAnswers, AreTakenWhileTheDeploymentIsPausedButNothingMoves) {
  auto deployment = after(deployment_with(kGate), Tick{}, kStart);
  deployment = after(deployment, Pause{"", "pat"}, kStart + 1s);
  EXPECT_TRUE(due_hooks(deployment, kStart + 1s).empty());
  deployment = after(deployment, HookAnswered{"gate", 0, 1, true, ""}, kStart + 2s);
  EXPECT_TRUE(std::holds_alternative<Paused>(deployment.state));
  deployment = after(deployment, Resume{"pat"}, kStart + 3s);
  EXPECT_EQ(std::get<Running>(deployment.state).phase, Phase::Assigning);
}

TEST(RollbackHooks, ArePolledInEveryPhaseAndWhilePausedWithOneCallKept) {
  auto deployment = after(deployment_with(kPolled), Tick{}, kStart);
  ASSERT_EQ(due_hooks(deployment, kStart).size(), 1U);
  deployment = after(deployment, HookAnswered{"pager", 0, 1, false, "404"}, kStart + 1s);
  const Reported applied{{{InstanceId("i0"), 0, TargetState::Applied, ""}}};
  deployment = after(deployment, applied, kStart + 2s);
  deployment = after(deployment, Tick{}, kStart + 62s);
  const auto due = due_hooks(deployment, kStart + 62s);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].step, 1U);
  EXPECT_EQ(due[0].attempt, 2U);
  deployment = after(deployment, HookAnswered{"pager", 0, 2, false, "404"}, kStart + 63s);
  EXPECT_EQ(deployment.hook_calls.size(), 1U);
  deployment = after(deployment, Pause{"", "pat"}, kStart + 64s);
  EXPECT_EQ(due_hooks(deployment, kStart + 83s).size(), 1U);
  deployment = after(deployment, HookAnswered{"pager", 1, 3, true, "200"}, kStart + 84s);
  EXPECT_TRUE(std::holds_alternative<RollingBack>(deployment.state));
  EXPECT_TRUE(due_hooks(deployment, kStart + 2h).empty());
}

TEST(RollbackHooks, AreNotCountedHoweverOftenTheyRefuse) {
  auto deployment = after(deployment_with(kPolled), Tick{}, kStart);
  for (std::uint32_t i = 1; i <= 20; ++i) {
    deployment = after(deployment, HookAnswered{"pager", 0, i, false, "404"}, kStart + 1s);
  }
  EXPECT_TRUE(std::holds_alternative<Running>(deployment.state));
}

TEST(NextDeadline, LeavesOutHooksThatWereAskedAlready) {
  auto deployment = after(deployment_with(kPolled), Tick{}, kStart);
  EXPECT_EQ(next_deadline(deployment), kStart);
  EXPECT_EQ(next_deadline(deployment, kStart), kStart + 30s);  // the acknowledgement
}

TEST(NextDeadline, IsTheTimeOfAScheduledStart) {
  auto deployment = deployment_with("[]");
  deployment.start_at = kStart + 2h;
  EXPECT_EQ(next_deadline(deployment), kStart + 2h);
}

}  // namespace
}  // namespace hotswap
