#include <gtest/gtest.h>

#include "domain/json/write.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "orchestrator/deployment_charts.hpp"
#include "orchestrator/deployment_explanation.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{Duration(1'700'000'000'000)};
const InstanceId kFirst("11111111-1111-4111-8111-111111111111");

DeploymentHistory canary() {
  DeploymentHistory history;
  Deployment& deployment = history.deployment;
  deployment.id = DeploymentId("d1");
  deployment.profile = ProfileName("pay.production");
  deployment.version = SemVer(1, 1, 0);
  deployment.created_by = "ann";
  deployment.created_at = kStart;
  deployment.reason = "smaller pool";
  deployment.health.criteria = default_criteria();
  deployment.plan = plan(deployment.strategy, 10);
  for (int i = 0; i < 10; ++i) {
    Target target;
    target.instance = i == 0 ? kFirst : InstanceId("i" + std::to_string(i));
    deployment.targets.push_back(target);
  }
  Instance instance;
  instance.id = kFirst;
  instance.hostname = "web-1";
  history.instances[kFirst] = instance;
  return history;
}

TimelineEvent event(Duration after, std::string kind, std::string message, json::Value data = {}) {
  TimelineEvent out;
  out.at = kStart + after;
  out.kind = std::move(kind);
  out.actor = "system";
  out.message = std::move(message);
  out.data = std::move(data);
  return out;
}

HealthRecord failing_record(Duration after) {
  HealthRecord record;
  record.at = kStart + after;
  record.phase = "Soaking";
  CriterionVerdict verdict;
  verdict.criterion = "queue";
  verdict.outcome = Outcome::Fail;
  verdict.explanation = "The worst is " + kFirst.value + ".";
  verdict.statistic = 12.5;
  verdict.required = 11;
  Driver driver;
  driver.instance = kFirst;
  driver.value = 40;
  driver.before = 4;
  driver.share = 0.9;
  verdict.drivers.push_back(driver);
  record.judgement = {Outcome::Fail, {verdict}};
  return record;
}

std::string told(const DeploymentHistory& history, WallTime now) {
  const auto explanation = make_explanation(history, {.secrets = {"hunter2"}, .around = {}}, now);
  std::string text;
  for (const auto& line : *explanation.find("sentences")->as_array())
    text += line.as_string()->str() + "\n";
  return text;
}

TEST(Explanation, TellsPlanVerdictFiguresDriversAndWhoPressedWhat) {
  auto history = canary();
  history.events.push_back(event(1s, "step.assigning", "", json::Object{{"step", 0}}));
  history.events.push_back(event(3s, "step.soaking", "", json::Object{{"step", 0}}));
  history.records.push_back(failing_record(20s));
  auto pressed = event(15s, "deployment.promoted", "promoted: the password hunter2 is right");
  pressed.actor = "bob";
  history.events.push_back(pressed);
  history.events.push_back(event(20s, "rollback.detected", "health failed: queue"));
  history.deployment.judgement = history.records[0].judgement;
  history.deployment.state = RolledBack{"health failed: queue: long words", kStart + 24s};
  const auto text = told(history, kStart + 1h);
  for (const auto* part :
       {"ann started a Canary of pay.production 1.1.0", "smaller pool.",
        "10 instances in 4 steps (10 %, 30 %, 50 % and 100 %)",
        "Step 1 of 4 (10 %, 1 instance) began at 22:13:21 and was confirmed by its instances after "
        "2 s.",
        "Its verdict at 22:13:40: Fail.", "The worst is web-1.",
        "The evidence that it became worse is 12.50; 11.00 is what proves it, which is reached.",
        "It comes from web-1 (40, before 4, 90 % of the harm).",
        "At 22:13:35 bob did this: promoted: the password ••• is right.",
        "It rolled back: health failed by queue.", "it took 4 s."})
    EXPECT_TRUE(text.contains(part)) << part << "\nin\n" << text;
  EXPECT_FALSE(text.contains(kFirst.value)) << text;
}

TEST(Explanation, SaysWhatItWaitsFor) {
  auto history = canary();
  history.deployment.state = Running{0, Phase::AwaitingPromotion, kStart};
  EXPECT_TRUE(told(history, kStart + 1s)
                  .contains("It waits for somebody to promote it (hotswap "
                            "deployment promote d1)"));
  history.deployment.state = Running{0, Phase::Soaking, kStart};
  EXPECT_TRUE(told(history, kStart + 60s)
                  .contains("It waits for step 1 of 4 to have been watched for 5 min, 4 min left, "
                            "since 22:13:20 (60 s); it looks again by itself at 22:18:20, in 4 "
                            "min."));
  history.deployment.state = Running{0, Phase::Confirming, kStart};
  HookCall call;
  call.hook = "load-test";
  call.attempt = 3;
  call.detail = "503 Service Unavailable";
  history.deployment.hook_calls = {call};
  EXPECT_TRUE(told(history, kStart)
                  .contains("It waits for the hook load-test (3 calls, last answer 503 Service "
                            "Unavailable) to let step "
                            "1 of 4 begin"));
  history.deployment.state = Paused{Running{}, {}, "two criteria could not be judged", kStart};
  EXPECT_TRUE(told(history, kStart).contains("paused since 22:13:20: two criteria"));
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

DeploymentHistory soaking_canary() {
  auto history = canary();
  history.events.push_back(event(1s, "step.assigning", "", json::Object{{"step", 0}}));
  history.events.push_back(event(3s, "step.soaking", "", json::Object{{"step", 0}}));
  history.deployment.state = Running{0, Phase::Soaking, kStart + 3s};
  return history;
}

TEST(Explanation, AStepUnderWayTellsItsNewestFiguresOnce) {
  auto history = soaking_canary();
  history.records.push_back(failing_record(20s));  // tolerated: it goes on
  auto& newest = history.records.emplace_back(failing_record(25s)).judgement;
  newest.overall = Outcome::Pass;
  newest.verdicts[0].outcome = Outcome::Pass;
  newest.verdicts[0].explanation = "The worst is 4, at most 5 is good.";
  history.deployment.judgement = newest;
  const auto text = told(history, kStart + 30s);
  EXPECT_EQ(count_of(text, "queue: "), 1u) << text;
  EXPECT_TRUE(
      text.contains("Health so far, at 22:13:45: Pass.\nqueue: Pass. The worst is 4, at "
                    "most 5 is good.\n"))
      << text;
  EXPECT_FALSE(text.contains("Its verdict")) << "there is none yet\n" << text;
  EXPECT_EQ(count_of(text, "The evidence that it became worse"), 1u) << text;
}

TEST(Explanation, FiguresThatWereNotRecordedYetAreToldAllTheSame) {
  auto history = soaking_canary();
  history.deployment.judgement = failing_record(20s).judgement;
  const auto text = told(history, kStart + 30s);
  EXPECT_EQ(count_of(text, "So far queue: Fail"), 1u) << text;
}

TEST(Explanation, AStepThatAwaitsItsPromotionHasAVerdictAndEarlierOnesKeepTheirs) {
  auto history = soaking_canary();
  history.records.push_back(failing_record(20s));
  history.records[0].judgement.overall = Outcome::Pass;
  history.deployment.judgement = history.records[0].judgement;
  history.deployment.state = Running{0, Phase::AwaitingPromotion, kStart + 30s};
  EXPECT_EQ(count_of(told(history, kStart + 40s), "Its verdict at 22:13:40: Pass."), 1u);
  EXPECT_FALSE(told(history, kStart + 40s).contains("So far"));
  history.deployment.state = Running{1, Phase::Soaking, kStart + 30s};
  const auto later = told(history, kStart + 40s);
  EXPECT_EQ(count_of(later, "Its verdict at 22:13:40: Pass."), 1u);
  EXPECT_EQ(count_of(later, "So far queue: "), 1u) << "of the second step nothing else is known";
}

TEST(Explanation, EveryStateHasWords) {
  auto history = canary();
  for (const DeploymentState& state :
       std::initializer_list<DeploymentState>{Planned{}, Running{}, Paused{}, RollingBack{},
                                              Succeeded{}, RolledBack{}, Failed{}, Cancelled{}}) {
    history.deployment.state = state;
    const auto explanation = make_explanation(history, {}, kStart);
    EXPECT_GE(explanation.find("sentences")->as_array()->size(), 4u) << state_name(state);
    const bool waits = !explanation.find("waitsFor")->is_null();
    EXPECT_EQ(waits, !is_terminal(state)) << state_name(state);
  }
}

HealthRecord measured(Duration after, bool treated, std::uint64_t errors) {
  HealthRecord record;
  record.at = kStart + after;
  RecordedSample sample;
  sample.instance = kFirst;
  sample.at = kStart + after;
  sample.treated = treated;
  sample.sample.requests = 100;
  sample.sample.errors = errors;
  sample.sample.latency.record(50, 100);
  record.samples.push_back(sample);
  return record;
}

TEST(Charts, ShowBothCohortsAgainstBaselineAndThreshold) {
  auto history = canary();
  Baseline baseline;
  baseline.all.requests = 1000;
  baseline.all.errors = 10;
  baseline.all.latency.record(40, 1000);
  history.deployment.baseline = baseline;
  const std::vector<HealthRecord> records = {measured(0s, false, 1), measured(4s, true, 12),
                                             measured(60s, true, 20)};
  const auto charts = charts_of(history.deployment, records);
  ASSERT_EQ(charts.size(), 2u) << "there were no health checks";
  EXPECT_EQ(charts[0].unit, "%");
  EXPECT_DOUBLE_EQ(*charts[0].baseline, 1);
  EXPECT_DOUBLE_EQ(*charts[0].threshold, 6);
  ASSERT_EQ(charts[0].points.size(), 3u);
  EXPECT_DOUBLE_EQ(*charts[0].points[0].control, 1);
  EXPECT_FALSE(charts[0].points[0].treated);
  EXPECT_DOUBLE_EQ(*charts[0].points[2].treated, 20);
  EXPECT_NEAR(*charts[1].threshold, 60, 1);
  EXPECT_NEAR(*charts[1].points[1].treated, 50, 0.6);
}

TEST(Charts, ADayFitsOnOne) {
  auto history = canary();
  std::vector<HealthRecord> records;
  for (int i = 0; i < 2000; ++i) records.push_back(measured(i * 43s, true, 1));
  const auto charts = charts_of(history.deployment, records);
  ASSERT_FALSE(charts.empty());
  EXPECT_LE(charts[0].points.size(), Chart::kPoints);
  EXPECT_GE(charts[0].points.size(), Chart::kPoints / 2);
  EXPECT_TRUE(charts_of(history.deployment, {}).empty());
}

}  // namespace
}  // namespace hotswap
