// What a deployment waits for, since when, and what would happen next: every state and phase.
#include <gtest/gtest.h>

#include "orchestrator/explanation_now.hpp"

namespace hotswap::explain {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{Duration(1'700'000'000'000)};  // 22:13:20

struct Explained : ::testing::Test {
  Deployment deployment;
  Surroundings around;

  Explained() {
    deployment.id = DeploymentId("d1");
    deployment.profile = ProfileName("pay.production");
    deployment.version = SemVer(1, 1, 0);
    deployment.created_by = "ann";
    deployment.created_at = kStart;
    plans(Canary{});
    for (int i = 0; i < 10; ++i) {
      Target target;
      target.instance = InstanceId("i" + std::to_string(i));
      deployment.targets.push_back(std::move(target));
    }
  }
  template <class Kind>
  void plans(Kind kind) {
    deployment.strategy.kind = std::move(kind);
    deployment.plan = plan(deployment.strategy, 10);
  }
  void is(Phase phase, std::size_t step = 0) { deployment.state = Running{step, phase, kStart}; }
  void told(std::size_t count, TargetState state) {
    for (std::size_t i = 0; i < count; ++i) {
      deployment.targets[i].state = state;
      deployment.targets[i].generation = 1;
      deployment.targets[i].since = kStart;
    }
  }
  void waits_for_hook(HookKind kind) {
    Hook hook;
    hook.name = "load-test";
    hook.kind = kind;
    deployment.plan.safeguards.hooks = {hook};
    HookCall call;
    call.hook = "load-test";
    call.attempt = 3;
    call.due = kStart + 10s;
    call.detail = "503 queue is full";
    const auto* at = std::get_if<Running>(&deployment.state);
    call.step = at == nullptr ? 0 : at->step;
    deployment.hook_calls = {call};
  }

  [[nodiscard]] std::string text(Duration after = 60s) const {
    std::string out;
    for (const auto& line : standing_of(deployment, around, kStart + after).sentences)
      out += line + '\n';
    return out;
  }
  void expect(std::initializer_list<std::string_view> parts, Duration after = 60s) const {
    const auto all = text(after);
    for (const auto part : parts) EXPECT_TRUE(all.contains(part)) << part << "\nin\n" << all;
  }
};

TEST_F(Explained, planned_it_begins_with_its_first_step) {
  expect({"It waits for its first step, since 22:13:20 (60 s)",
          "Next: step 1 of 4 begins: 1 instance (10 %) has the version after it."});
}

TEST_F(Explained, awaiting_approval_it_names_the_deadline_and_the_verb) {
  deployment.approval = Approval{};
  deployment.approval->expires = kStart + 24h;
  expect(
      {"It waits for somebody else than ann among its operators to approve it (hotswap approve "
       "d1), since 22:13:20 (60 s)",
       "Next: once approved it starts; if nobody approves by 2023-11-15T22:13:20.000Z it is "
       "cancelled."});
}

TEST_F(Explained, scheduled_it_tells_the_time_and_what_may_cancel_it) {
  deployment.start_at = kStart + 2h;
  expect({"It waits for its start at 2023-11-15T00:13:20.000Z", "in 119 min",
          "Next: then its instances are chosen anew and step 1 of 4 begins",
          "a freeze or a shut window at that time cancels it"});
}

TEST_F(Explained, a_freeze_or_a_shut_window_is_told_where_it_matters) {
  around.calendar =
      Permission{false, CalendarKind::Freeze, "freeze of everything: incident 42", kStart + 3h};
  deployment.start_at = kStart + 2h;
  expect(
      {"The calendar lets nothing start now: freeze of everything: incident 42; open again at "
       "2023-11-15T01:13:20.000Z."});
  deployment.start_at.reset();
  deployment.state =
      Paused{Running{0, Phase::Soaking, kStart}, 1min, "freeze: incident 42", kStart};
  expect({"The calendar lets nothing start now"});
}

TEST_F(Explained, a_gate_of_hooks_is_told_with_the_last_answer_and_its_patience) {
  is(Phase::Confirming);
  waits_for_hook(HookKind::ConfirmRollout);
  deployment.plan.safeguards.gate_timeout = 10min;
  deployment.plan.safeguards.on_gate_timeout = OnGateTimeout::Pause;
  expect(
      {"It waits for the hook load-test (3 calls, last answer 503 queue is full) to let step 1 "
       "of 4 begin, since 22:13:20 (60 s)",
       "Next: once all have passed, step 1 of 4 begins",
       "if nobody answers by 22:23:20 it is "
       "paused."});
}

TEST_F(Explained, handing_out_it_counts_who_owes_an_answer) {
  is(Phase::Assigning, 1);
  told(3, TargetState::Assigned);
  deployment.targets[0].state = TargetState::Applied;
  deployment.progressed_at = kStart;
  expect({"It waits for 2 instances to confirm step 2 of 4, since 22:13:20",
          "Next: confirmed, it is watched for 5 min; who stays silent for 30 s is told again, then "
          "counts as failed; if nothing moves by 22:23:20 it rolls back."});
}

TEST_F(Explained, the_budget_says_how_much_is_left_of_it) {
  is(Phase::Assigning, 1);
  told(3, TargetState::Assigned);
  deployment.targets[1].state = TargetState::Failed;
  deployment.plan.failure_budget = 2;
  expect({"1 instance failed so far, 2 tolerated: more than that rolls back."});
  deployment.targets[2].state = TargetState::Rejected;
  expect({"2 instances failed so far, 2 tolerated: one more rolls back."});
}

TEST_F(Explained, who_is_held_back_by_max_unavailable_is_counted) {
  is(Phase::Assigning, 3);
  told(2, TargetState::Assigned);
  deployment.plan.safeguards.max_unavailable = Share{2, false};
  expect({"8 instances of the step are held back by maxUnavailable and told as others confirm."});
}

TEST_F(Explained, a_switch_waits_for_the_router_and_tells_its_words) {
  plans(BlueGreen{.switch_mode = SwitchMode::Pool});
  deployment.plan = plan(deployment.strategy, 10, 5);
  std::size_t step = 0;
  while (deployment.plan.steps[step].mode != AssignMode::Switch) ++step;
  is(Phase::Assigning, step);
  deployment.pools =
      PoolSwitch{"blue", "green", PoolSwitch::State::Switching, 7, "no backend green"};
  deployment.progressed_at = kStart;
  expect(
      {"It waits for the traffic router to switch to pool green: no backend green, since "
       "22:13:20",
       "Next: confirmed by the router, ", "if nothing moves by "});
}

TEST_F(Explained, soaking_it_tells_the_time_left_and_the_figures_so_far) {
  is(Phase::Soaking);
  CriterionVerdict verdict;
  verdict.criterion = "error-rate";
  verdict.outcome = Outcome::Pass;
  verdict.value = 0.4;
  verdict.baseline = 0.5;
  verdict.threshold = 5;
  verdict.samples = 812;
  CriterionVerdict silent;
  silent.criterion = "queue";
  silent.no_data = true;
  deployment.judgement = Judgement{Outcome::Pass, {verdict, silent}};
  expect({"So far error-rate: Pass, 0.4 against 0.5 at 812 samples (threshold 5).",
          "So far queue: Inconclusive, no data yet.",
          "It waits for step 1 of 4 to have been watched for 5 min, 4 min left, since 22:13:20 "
          "(60 s); it looks again by itself at 22:18:20, in 4 min.",
          "Next: then health is judged; passed, step 2 of 4 begins: 3 instances (30 %) have the "
          "version after it; a proven failure rolls back at once."});
}

TEST_F(Explained, judging_it_tells_when_a_person_is_asked) {
  is(Phase::Judging);
  expect({"It waits for enough evidence to judge step 1 of 4",
          "failed, it rolls back; undecided by "
          "22:2",
          "it is paused for a person."});
}

TEST_F(Explained, judged_good_it_waits_for_its_hooks) {
  is(Phase::Judging);
  waits_for_hook(HookKind::EachStep);
  deployment.judgement = Judgement{Outcome::Pass, {}};
  expect(
      {"It waits for the hook load-test (3 calls, last answer 503 queue is full) to answer "
       "after step 1 of 4"});
}

TEST_F(Explained, awaiting_promotion_it_names_the_verb_and_what_silence_does) {
  plans(Canary{.auto_promote = false});
  is(Phase::AwaitingPromotion);
  deployment.plan.safeguards.gate_timeout = 1h;
  expect({"It waits for somebody to promote it (hotswap deployment promote d1), since 22:13:20",
          "Next: promoted, step 2 of 4 begins", "if nobody answers by 23:13:20 it rolls back."});
}

TEST_F(Explained, baking_it_tells_the_time_left_and_how_it_ends) {
  deployment.strategy.bake_time = 10min;
  deployment.plan = plan(deployment.strategy, 10);
  is(Phase::Baking, 3);
  expect({"health to hold for another while after the last step, 10 min in all, 9 min left",
          "Next: then it succeeds and 1.1.0 is the stable version"});
  deployment.partial = true;
  expect({"the stable version stays, since it is partial"});
}

TEST_F(Explained, paused_it_tells_what_resuming_and_rolling_back_do) {
  told(1, TargetState::Applied);
  deployment.state =
      Paused{Running{0, Phase::Soaking, kStart}, 2min, "two criteria could not be judged", kStart};
  expect(
      {"It is paused since 22:13:20: two criteria could not be judged.",
       "It waits for somebody to resume or roll it back (hotswap deployment resume d1)",
       "Next: resumed, step 1 of 4 is watched for another 3 min; rolled back, 1 instance gets its "
       "version of before; by itself nothing happens."});
  deployment.state = Paused{Running{1, Phase::Assigning, kStart}, {}, "", kStart};
  expect({"Next: resumed, step 2 of 4 goes on where it was (Assigning)"});
}

TEST_F(Explained, rolling_back_it_tells_who_has_not_confirmed) {
  told(3, TargetState::Assigned);
  deployment.state = RollingBack{"health failed", 1, kStart, {}, {}};
  expect({"It has been rolling back since 22:13:20: health failed.",
          "It waits for 3 instances to confirm the old version, since 22:13:20"});
}

TEST_F(Explained, a_rollback_in_verification_tells_why_health_is_not_back) {
  told(3, TargetState::Restored);
  deployment.state = RollingBack{"health failed", 1, kStart, kStart + 10s, "error-rate 9 % of 5 %"};
  expect(
      {"It waits for health to be within its thresholds of the baseline again: error-rate 9 % of "
       "5 %, since 22:13:30 (5 s)",
       "in 25 s",
       "Next: verified, it is rolled back; if that cannot be verified within 30 s it "
       "has failed, and somebody has to look."},
      15s);
}

TEST_F(Explained, a_rollback_tells_that_the_traffic_is_not_back) {
  deployment.pools =
      PoolSwitch{"blue", "green", PoolSwitch::State::SwitchingBack, 8, "the socket is gone"};
  deployment.state = RollingBack{"manual", 1, kStart, kStart, {}};
  expect({"It waits for the traffic router to switch back to pool blue: the socket is gone"});
}

TEST_F(Explained, changes_of_its_driver_are_told) {
  is(Phase::Soaking);
  deployment.fence = 1;
  EXPECT_FALSE(text().contains("driver"));
  deployment.fence = 3;
  expect(
      {"Its driver has changed 2 times so far: whoever took it went on where the stored state "
       "is, nothing was done twice."});
}

TEST_F(Explained, succeeded_it_tells_whether_it_can_be_undone) {
  deployment.state = Succeeded{kStart + 20min};
  expect({"It succeeded at 22:33:20, 20 min after its start: every judged step passed.",
          "Next: nothing; until 2023-11-17T22:33:20.000Z it can be undone (hotswap deployment "
          "rollback d1)."},
         1h);
  expect({"Next: nothing; to go back, deploy the version of before"}, 24h * 30);
}

TEST_F(Explained, every_other_end_tells_why_and_what_people_can_do) {
  deployment.state = RolledBack{"health failed", kStart};
  expect({"Next: nothing by itself; version 1.1.0 is marked as failed"});
  deployment.state = Failed{"an instance did not confirm", kStart};
  expect(
      {"It failed at 22:13:20: an instance did not confirm.", "Look at them (hotswap instances)"});
  deployment.state = Cancelled{"not today", kStart};
  expect({"It was cancelled at 22:13:20: not today. Everything stays as it was then.",
          "Next: nothing; no instance was told of the version."});
  told(2, TargetState::Applied);
  expect({"2 instances keep what they were given"});
}

TEST_F(Explained, whatever_has_not_ended_waits_and_whatever_is_has_a_next) {
  const Running at{1, Phase::Assigning, kStart};
  std::vector<DeploymentState> states{
      Planned{},  Paused{at, {}, "", kStart}, RollingBack{}, Succeeded{}, RolledBack{}, Failed{},
      Cancelled{}};
  for (const Phase phase : {Phase::Confirming, Phase::Assigning, Phase::Soaking, Phase::Judging,
                            Phase::AwaitingPromotion, Phase::Baking})
    for (std::size_t step = 0; step < 4; ++step) states.emplace_back(Running{step, phase, kStart});
  for (const auto& state : states) {
    deployment.state = state;
    const auto standing = standing_of(deployment, around, kStart + 1h);
    EXPECT_EQ(standing.waits_for.empty(), is_terminal(state)) << state_name(state);
    EXPECT_FALSE(standing.next.empty()) << state_name(state);
    EXPECT_TRUE(standing.since.has_value()) << state_name(state);
    EXPECT_TRUE(standing.sentences.back().starts_with("Next: ")) << state_name(state);
  }
}

}  // namespace
}  // namespace hotswap::explain
