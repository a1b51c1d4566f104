#include "domain/rollout/plan.hpp"

#include "../../support.hpp"
#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

Plan plan_of(std::string_view text, std::size_t targets, std::size_t idle = 0) {
  const auto strategy = strategy_from_json(parsed(text), "$");
  EXPECT_TRUE(strategy) << text;
  return plan(*strategy, targets, idle);
}

std::vector<std::size_t> cohorts(const Plan& plan) {
  std::vector<std::size_t> result;
  for (const auto& step : plan.steps) result.push_back(step.cohort);
  return result;
}

using Cohorts = std::vector<std::size_t>;

TEST(Plan, GivesACanaryItsPhases) {
  const auto canary = plan_of("\"Canary\"", 10);
  EXPECT_EQ(cohorts(canary), (Cohorts{1, 3, 5, 10}));
  for (const auto& step : canary.steps) {
    EXPECT_EQ(step.soak, Duration(5min));
    EXPECT_EQ(step.gate, Gate::None);
    EXPECT_EQ(step.mode, AssignMode::Deliver);
    EXPECT_TRUE(step.judged);
  }
  EXPECT_EQ(canary.steps[1].percentage, 30);
  EXPECT_EQ(expected_duration(canary), Duration(20min));
}

TEST(Plan, LeavesOutPhasesThatAddNobodyAndShowsTheTrueExposure) {
  const auto canary = plan_of("\"Canary\"", 2);
  EXPECT_EQ(cohorts(canary), (Cohorts{1, 2}));
  EXPECT_EQ(canary.steps[0].percentage, 50);
  EXPECT_EQ(cohorts(plan_of("\"Canary\"", 1)), Cohorts{1});
}

TEST(Plan, WaitsForAPersonAfterEachPhaseWithoutAutoPromote) {
  for (const auto& step : plan_of(R"({"type":"Canary","autoPromote":false})", 10).steps) {
    EXPECT_EQ(step.gate, Gate::Manual);
  }
}

TEST(Plan, StagesEverywhereBeforeItSwitches) {
  const auto blue_green = plan_of("\"BlueGreen\"", 7);
  ASSERT_EQ(cohorts(blue_green), (Cohorts{7, 7}));
  EXPECT_EQ(blue_green.steps[0].mode, AssignMode::Stage);
  EXPECT_FALSE(blue_green.steps[0].judged);
  EXPECT_EQ(blue_green.steps[0].soak, Duration(0));
  EXPECT_EQ(blue_green.steps[1].mode, AssignMode::Activate);
  EXPECT_TRUE(blue_green.steps[1].judged);
  EXPECT_EQ(blue_green.steps[1].soak, Duration(10min));
}

constexpr auto kPools = R"({"type":"BlueGreen","switchMode":"pool"})";

TEST(Plan, GivesTheIdlePoolTheVersionThenTheTrafficThenTheOldPoolTheVersion) {
  const auto pools = plan_of(kPools, 7, 3);
  ASSERT_EQ(cohorts(pools), (Cohorts{3, 3, 7}));
  EXPECT_EQ(pools.steps[0].mode, AssignMode::Deliver);
  EXPECT_TRUE(pools.steps[0].idle);
  EXPECT_TRUE(pools.steps[0].judged);
  EXPECT_EQ(pools.steps[0].soak, Duration(10min));
  EXPECT_EQ(pools.steps[1].mode, AssignMode::Switch);
  EXPECT_FALSE(pools.steps[1].idle);
  EXPECT_EQ(pools.steps[2].mode, AssignMode::Deliver);
  EXPECT_FALSE(pools.steps[2].idle);
}

TEST(Plan, KeepsTheOldPoolWarmForTheLongerOfBothDurations) {
  EXPECT_EQ(plan_of(kPools, 4, 2).steps[1].soak, Duration(30min));
  const auto brief =
      plan_of(R"({"type":"BlueGreen","switchMode":"pool","keepBlueDuration":"PT1M"})", 4, 2);
  EXPECT_EQ(brief.steps[1].soak, Duration(10min));
}

TEST(Plan, SwitchesToAPoolThatIsTheWholeFleet) {
  EXPECT_EQ(cohorts(plan_of(kPools, 2, 2)), (Cohorts{2, 2}));
}

TEST(Plan, DoesNotSwitchToAPoolWithoutInstances) {
  const auto pools = plan_of(kPools, 4, 0);
  ASSERT_EQ(cohorts(pools), Cohorts{4});
  EXPECT_EQ(pools.steps[0].mode, AssignMode::Deliver);
}

TEST(Plan, TakesTheSafeguardsOver) {
  const auto direct = plan_of(R"({"type":"Direct","ackRetries":3,"maxUnavailable":2})", 4);
  EXPECT_EQ(direct.safeguards.ack_retries, 3U);
  EXPECT_EQ(direct.safeguards.max_unavailable, (Share{2, false}));
}

TEST(Plan, RollsInBatchesWithTheRestAtTheEnd) {
  EXPECT_EQ(cohorts(plan_of(R"({"type":"Rolling","batchSize":2})", 5)), (Cohorts{2, 4, 5}));
  EXPECT_EQ(cohorts(plan_of(R"({"type":"Rolling","batchSize":"25%"})", 8)), (Cohorts{2, 4, 6, 8}));
  EXPECT_EQ(cohorts(plan_of(R"({"type":"Rolling","batchSize":9})", 5)), Cohorts{5});
  EXPECT_FALSE(plan_of("\"Rolling\"", 3).continue_on_failure);
  EXPECT_TRUE(plan_of(R"({"type":"Rolling","stopOnFailure":false})", 3).continue_on_failure);
}

TEST(Plan, NeverHasMoreStepsThanTheLimit) {
  const auto rolling = plan_of("\"Rolling\"", 20'000);
  EXPECT_LE(rolling.steps.size(), limits::kSteps);
  EXPECT_EQ(rolling.steps.back().cohort, 20'000U);
  EXPECT_EQ(plan_of("\"Rolling\"", 200).steps.size(), 200U);
}

TEST(Plan, GivesEverybodyADirectVersionAtOnceAndUnjudged) {
  const auto direct = plan_of("\"Direct\"", 9);
  ASSERT_EQ(cohorts(direct), Cohorts{9});
  EXPECT_FALSE(direct.steps[0].judged);
  EXPECT_EQ(expected_duration(direct), Duration(0));
}

TEST(Plan, GrowsLinearlyInEqualSlices) {
  const auto linear = plan_of(R"({"type":"Linear","growthFactor":20,"duration":"PT10M"})", 100);
  EXPECT_EQ(cohorts(linear), (Cohorts{20, 40, 60, 80, 100}));
  EXPECT_EQ(linear.steps[0].soak, Duration(2min));
  EXPECT_EQ(cohorts(plan_of(R"({"type":"Linear","growthFactor":30})", 100)),
            (Cohorts{30, 60, 90, 100}));
}

TEST(Plan, DoublesExponentiallyUntilAll) {
  EXPECT_EQ(cohorts(plan_of(R"({"type":"Exponential","growthFactor":2})", 100)),
            (Cohorts{2, 4, 8, 16, 32, 64, 100}));
  EXPECT_EQ(cohorts(plan_of(R"({"type":"Exponential","growthFactor":50})", 100)),
            (Cohorts{50, 100}));
}

TEST(Plan, KeepsCustomStepsAsWrittenAndNeverShrinks) {
  const auto custom = plan_of(
      R"({"type":"Custom","steps":[{"count":3,"soak":"PT1M","manual":true},{"percentage":20},
          {"percentage":20},{"percentage":100}],"bakeTime":"PT9M"})",
      10);
  EXPECT_EQ(cohorts(custom), (Cohorts{3, 3, 3, 10}));
  EXPECT_EQ(custom.steps[0].gate, Gate::Manual);
  EXPECT_EQ(custom.steps[1].gate, Gate::None);
  EXPECT_EQ(expected_duration(custom), Duration(10min));
}

TEST(Plan, AlwaysEndsWithEverybodyAndNests) {
  for (const auto* type : {"\"Canary\"", "\"BlueGreen\"", "\"Rolling\"", "\"Direct\"", "\"Linear\"",
                           "\"Exponential\""}) {
    for (std::size_t targets = 1; targets <= 250; ++targets) {
      const auto sizes = cohorts(plan_of(type, targets));
      EXPECT_TRUE(std::ranges::is_sorted(sizes));
      EXPECT_GE(sizes.front(), 1U);
      EXPECT_EQ(sizes.back(), targets);
    }
  }
}

TEST(Plan, SpreadsTheDeliveryOfLargeStepsOnly) {
  EXPECT_EQ(plan_of("\"Direct\"", 1000).steps[0].delivery_spread, Duration(0));
  EXPECT_EQ(plan_of("\"Direct\"", 10'000).steps[0].delivery_spread, Duration(1s));
  EXPECT_EQ(plan_of("\"Canary\"", 10'000).steps[0].delivery_spread, Duration(0));
  EXPECT_EQ(plan_of("\"Canary\"", 10'000).steps[3].delivery_spread, Duration(500ms));
  EXPECT_EQ(plan_of(R"({"type":"Direct","deliverySpread":"PT7S"})", 3).steps[0].delivery_spread,
            Duration(7s));
}

TEST(Plan, DoesNotSpreadASwitch) {
  const auto blue_green = plan_of(R"({"type":"BlueGreen","deliverySpread":"PT7S"})", 20'000);
  EXPECT_EQ(blue_green.steps[0].delivery_spread, Duration(7s));
  EXPECT_EQ(blue_green.steps[1].delivery_spread, Duration(0));
}

TEST(Plan, CountsTheFailureBudgetInTargets) {
  EXPECT_EQ(plan_of("\"Direct\"", 40).failure_budget, 0U);
  EXPECT_EQ(plan_of(R"({"type":"Direct","failureBudget":"10%"})", 40).failure_budget, 4U);
  EXPECT_EQ(plan_of(R"({"type":"Direct","failureBudget":3})", 40).failure_budget, 3U);
}

TEST(PlanJson, ReadsWhatItWrites) {
  for (const auto* type : {"\"Canary\"", "\"BlueGreen\"", R"({"type":"Rolling","batchSize":"30%"})",
                           R"({"type":"Canary","autoPromote":false,"bakeTime":"PT1M"})"}) {
    const auto written = plan_of(type, 17);
    const auto read = plan_from_json(to_json(written));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, written) << type;
  }
}

TEST(PlanJson, ReadsPoolsAndSafeguards) {
  const auto written = plan_of(
      R"({"type":"BlueGreen","switchMode":"pool","gateTimeout":"PT1H","hooks":[
          {"name":"a","type":"each-step","url":"https://ci.example","failureLimit":1}]})",
      9, 4);
  const auto read = plan_from_json(to_json(written));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, written);
}

TEST(PlanJson, GivesAnOlderPlanTheDefaultSafeguards) {
  const auto read =
      plan_from_json(parsed(R"({"steps":[{"cohort":1,"mode":"Deliver","gate":"None","soak":"PT0S",
                 "deliverySpread":"PT0S"}],"bake":"PT0S","ackTimeout":"PT1S","revertWindow":"PT0S",
                 "failureBudget":0})"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->safeguards, Safeguards{});
}

TEST(PlanJson, RefusesABadSafeguard) {
  auto value = to_json(plan_of("\"Direct\"", 1));
  value.as_object()->set("safeguards", json::Object{{"ackRetries", 9}});
  EXPECT_EQ(mistakes(plan_from_json(value)), Mistakes{"$.safeguards.ackRetries maximum"});
}

TEST(PlanJson, RefusesWhatIsNoPlan) {
  for (const auto* text : {"{}", "[]", R"({"steps":[]})", R"({"steps":[{}]})", R"({"steps":{}})",
                           R"({"steps":[{"cohort":0,"mode":"Deliver","gate":"None","soak":"PT0S",
            "deliverySpread":"PT0S"}],"bake":"PT0S","ackTimeout":"PT1S","revertWindow":"PT0S",
            "failureBudget":0})",
                           R"({"steps":[{"cohort":1,"mode":"Throw","gate":"None","soak":"PT0S",
            "deliverySpread":"PT0S"}],"bake":"PT0S","ackTimeout":"PT1S","revertWindow":"PT0S",
            "failureBudget":0})"}) {
    const auto read = plan_from_json(parsed(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "plan.invalid");
  }
}

}  // namespace
}  // namespace hotswap
