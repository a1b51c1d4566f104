#include "domain/health/judge.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "../../support.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

Sample traffic(std::uint64_t requests, std::uint64_t errors) {
  Sample sample;
  sample.requests = requests;
  sample.errors = errors;
  return sample;
}

/// `slow` of `requests` take 200 ms, the others 10 ms.
Sample latencies(std::uint64_t requests, std::uint64_t slow) {
  Sample sample;
  sample.requests = requests;
  sample.latency.record(10, requests - slow);
  sample.latency.record(200, slow);
  return sample;
}

Sample checked(std::uint64_t checks, std::uint64_t failed) {
  Sample sample;
  sample.checks = checks;
  sample.failed_checks = failed;
  return sample;
}

/// `count` values around `mean`, with a deviation of `spread` of it.
Sample values(double mean, std::uint64_t count, double spread = 0.02) {
  Sample sample;
  const auto n = static_cast<double>(count);
  const double squares = n * mean * mean * (1 + spread * spread);
  if (count > 0) sample.custom["depth"] = {mean * n, count, squares};
  return sample;
}

/// Evidence that was not cut into looks.
struct Given {
  Sample treated;
  std::optional<Sample> before;
  std::optional<Sample> control;
};

Evidence evidence_of(const Given& given) {
  Evidence evidence;
  evidence.treated = given.treated;
  evidence.control = given.control;
  if (given.before) evidence.baseline.emplace().all = *given.before;
  return evidence;
}

Criterion criterion_of(CriterionKind kind) {
  for (auto& each : default_criteria()) {
    if (each.kind == kind) return each;
  }
  Criterion custom;
  custom.name = "depth";
  custom.kind = CriterionKind::Custom;
  custom.metric = "depth";
  custom.threshold = 20;
  return custom;
}

CriterionVerdict judge_one(Criterion criterion, const Evidence& evidence,
                           const Situation& situation) {
  HealthPolicy policy;
  policy.criteria = {std::move(criterion)};
  return judge(policy, {evidence}, situation).verdicts.at(0);
}

CriterionVerdict judge_one(Criterion criterion, const Given& given, Duration waited = 10s) {
  return judge_one(std::move(criterion), evidence_of(given), {waited, false});
}

struct Row {
  const char* what;
  Given evidence;
  Outcome expected;
};

void expect_rows(const Criterion& criterion, const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto verdict = judge_one(criterion, row.evidence);
    EXPECT_EQ(verdict.outcome, row.expected) << row.what << ": " << verdict.explanation;
    EXPECT_FALSE(verdict.explanation.empty()) << row.what;
  }
}

constexpr auto kPass = Outcome::Pass;
constexpr auto kFail = Outcome::Fail;
constexpr auto kUnsure = Outcome::Inconclusive;

TEST(JudgeErrorRate, FollowsItsTruthTable) {
  expect_rows(
      criterion_of(CriterionKind::ErrorRate),
      {
          {"same as before", {traffic(1000, 2), traffic(4000, 8), {}}, kPass},
          {"better than before", {traffic(1000, 0), traffic(4000, 400), {}}, kPass},
          {"a little worse", {traffic(1000, 40), traffic(4000, 8), {}}, kPass},
          {"exactly at the threshold", {traffic(1000, 50), traffic(4000, 0), {}}, kPass},
          {"clearly worse", {traffic(1000, 300), traffic(4000, 8), {}}, kFail},
          {"clearly worse, no control yet",
           {traffic(120, 36), traffic(4000, 8), traffic(10, 0)},
           kFail},
          {"worse than before, as is control",
           {traffic(1000, 300), traffic(4000, 8), traffic(4000, 1200)},
           kPass},
          {"worse than before and control",
           {traffic(1000, 300), traffic(4000, 8), traffic(4000, 8)},
           kFail},
          {"crossed without enough evidence", {traffic(60, 4), traffic(4000, 8), {}}, kUnsure},
          {"everything fails, too few samples", {traffic(20, 20), traffic(4000, 8), {}}, kUnsure},
          {"fine, too few samples", {traffic(20, 0), traffic(4000, 8), {}}, kUnsure},
          {"no traffic", {traffic(0, 0), traffic(4000, 8), {}}, kUnsure},
          {"nothing at all", {{}, {}, {}}, kUnsure},
          {"never measured before, fine", {traffic(1000, 20), {}, {}}, kPass},
          {"never measured before, bad", {traffic(1000, 300), {}, {}}, kFail},
          {"never measured before, bad like control",
           {traffic(1000, 300), {}, traffic(1000, 300)},
           kPass},
          {"a tiny baseline stands for itself", {traffic(1000, 300), traffic(5, 0), {}}, kFail},
          {"was broken before", {traffic(1000, 500), traffic(4000, 2000), {}}, kPass},
      });
}

TEST(JudgeErrorRate, FindsAJumpToThirtyPercentWithinThreeSecondsOfOneInstance) {
  // 40 requests a second on one instance; ten of them made the baseline for ten seconds.
  for (const std::uint64_t errors : {28U, 32U, 36U}) {
    const auto verdict = judge_one(criterion_of(CriterionKind::ErrorRate),
                                   {traffic(120, errors), traffic(4000, 8), traffic(1080, 2)}, 3s);
    EXPECT_EQ(verdict.outcome, kFail) << errors << verdict.explanation;
  }
}

TEST(JudgeErrorRate, ShowsItsEvidence) {
  const auto verdict = judge_one(criterion_of(CriterionKind::ErrorRate),
                                 {traffic(200, 60), traffic(4000, 8), traffic(2000, 20)});
  EXPECT_EQ(verdict.samples, 200U);
  EXPECT_NEAR(*verdict.value, 30, 1e-9);
  EXPECT_NEAR(*verdict.baseline, 1, 1e-9);  // control is the stricter comparison
  EXPECT_GT(*verdict.lower, 5);
  EXPECT_LT(*verdict.lower, 29);
  EXPECT_GT(*verdict.upper, 29);
  EXPECT_EQ(verdict.threshold, 5);
  EXPECT_NE(verdict.explanation.find("30 % of 200 requests failed"), std::string::npos)
      << verdict.explanation;
}

TEST(JudgeLatency, FollowsItsTruthTable) {
  expect_rows(
      criterion_of(CriterionKind::LatencyP99),
      {
          {"same as before", {latencies(1000, 2), latencies(4000, 8), {}}, kPass},
          {"everything slow", {latencies(60, 60), latencies(4000, 8), {}}, kFail},
          {"a tenth slow", {latencies(1000, 100), latencies(4000, 8), {}}, kFail},
          {"slow before as well", {latencies(1000, 100), latencies(4000, 400), {}}, kPass},
          {"slow, as is control",
           {latencies(1000, 100), latencies(4000, 8), latencies(4000, 400)},
           kPass},
          {"slow, control is not",
           {latencies(1000, 100), latencies(4000, 8), latencies(4000, 8)},
           kFail},
          {"just crossed", {latencies(200, 4), latencies(4000, 8), {}}, kUnsure},
          {"everything slow, too few", {latencies(10, 10), latencies(4000, 8), {}}, kUnsure},
          {"fine, too few", {latencies(10, 0), latencies(4000, 8), {}}, kUnsure},
          {"no baseline", {latencies(1000, 1000), {}, {}}, kUnsure},
          {"no baseline, but control", {latencies(1000, 100), {}, latencies(4000, 8)}, kFail},
          {"nothing", {{}, latencies(4000, 8), {}}, kUnsure},
          {"a small baseline may have missed the tail",
           {latencies(400, 16), latencies(20, 0), {}},
           kUnsure},
      });
}

TEST(JudgeLatency, ShowsItsEvidenceInMilliseconds) {
  const auto verdict = judge_one(criterion_of(CriterionKind::LatencyP99),
                                 {latencies(2000, 200), latencies(4000, 8), {}});
  EXPECT_NEAR(*verdict.value, 200, 2);
  EXPECT_NEAR(*verdict.baseline, 10, 0.1);
  EXPECT_NEAR(verdict.lower.value(), 200, 2);
  EXPECT_NEAR(verdict.upper.value(), 200, 2);
}

TEST(JudgeLatency, LeavesOutABoundThatTheDataDoNotGive) {
  const auto verdict = judge_one(criterion_of(CriterionKind::LatencyP99),
                                 {latencies(60, 0), latencies(4000, 8), {}});
  EXPECT_NEAR(verdict.lower.value(), 10, 0.1);
  EXPECT_EQ(verdict.upper, std::nullopt);  // 60 requests cannot bound what 1 % of them do
}

TEST(JudgeHealthChecks, FollowsItsTruthTable) {
  auto criterion = criterion_of(CriterionKind::HealthChecks);
  criterion.on_no_data = OnNoData::Wait;
  expect_rows(criterion,
              {
                  {"all pass", {checked(20, 0), {}, {}}, kPass},
                  {"one of twenty", {checked(20, 1), {}, {}}, kPass},
                  {"all fail", {checked(5, 5), checked(50, 0), {}}, kFail},
                  {"half fail", {checked(30, 15), checked(50, 0), {}}, kFail},
                  {"half fail, as at control", {checked(30, 15), {}, checked(30, 14)}, kPass},
                  {"half failed before", {checked(30, 15), checked(30, 15), {}}, kPass},
                  {"one of five", {checked(5, 1), {}, {}}, kUnsure},
                  {"too few, all fail", {checked(4, 4), {}, {}}, kUnsure},
                  {"too few, all pass", {checked(4, 0), {}, {}}, kUnsure},
                  {"none", {{}, {}, {}}, kUnsure},
              });
}

TEST(JudgeHealthChecks, DoesNotBlameWhoMakesNoChecksByDefault) {
  EXPECT_EQ(judge_one(criterion_of(CriterionKind::HealthChecks), {}).outcome, kPass);
}

TEST(JudgeCustom, FollowsItsTruthTable) {
  auto criterion = criterion_of(CriterionKind::Custom);
  expect_rows(criterion,
              {
                  {"same", {values(10, 5), values(10, 5), {}}, kPass},
                  {"20 % more", {values(12, 5), values(10, 5), {}}, kPass},
                  {"30 % more", {values(13, 5), values(10, 5), {}}, kFail},
                  {"less", {values(1, 5), values(10, 5), {}}, kPass},
                  {"more, as control", {values(13, 5), values(10, 5), values(13, 5)}, kPass},
                  {"more than both", {values(13, 5), values(10, 5), values(10, 5)}, kFail},
                  {"above 0", {values(13, 5), values(0, 5), {}}, kUnsure},
                  {"still 0", {values(0, 5), values(0, 5), {}}, kPass},
                  {"too few", {values(13, 2), values(10, 5), {}}, kUnsure},
                  {"too few before", {values(13, 5), values(10, 2), {}}, kUnsure},
                  {"none", {{}, values(10, 5), {}}, kUnsure},
              });
  criterion.direction = Direction::Decrease;
  expect_rows(criterion, {
                             {"30 % less", {values(7, 5), values(10, 5), {}}, kFail},
                             {"30 % more", {values(13, 5), values(10, 5), {}}, kPass},
                             {"below a negative", {values(-13, 5), values(-10, 5), {}}, kFail},
                         });
}

TEST(JudgeCustom, ComparesWithAnAbsoluteBound) {
  auto criterion = criterion_of(CriterionKind::Custom);
  criterion.absolute = true;
  expect_rows(criterion, {
                             {"below", {values(19, 3), {}, {}}, kPass},
                             {"above", {values(21, 3), {}, {}}, kFail},
                             {"above, as control", {values(21, 3), {}, values(22, 3)}, kUnsure},
                             {"above, control not", {values(21, 3), {}, values(2, 3)}, kFail},
                         });
  criterion.direction = Direction::Decrease;
  expect_rows(criterion, {{"below", {values(19, 3), {}, {}}, kFail},
                          {"above", {values(21, 3), {}, {}}, kPass}});
}

TEST(JudgeNoData, WaitsUntilTheTimeoutAndThenFails) {
  const auto criterion = criterion_of(CriterionKind::ErrorRate);
  const auto early = judge_one(criterion, {{}, traffic(4000, 8), {}}, 599s);
  EXPECT_EQ(early.outcome, kUnsure);
  EXPECT_TRUE(early.no_data);
  const auto late = judge_one(criterion, {{}, traffic(4000, 8), {}}, 600s);
  EXPECT_EQ(late.outcome, kFail);
  EXPECT_EQ(late.explanation, "No requests yet; 50 are needed, and that for PT10M.");
}

TEST(JudgeNoData, GoesOnWaitingWhileThereIsAtLeastSomeTraffic) {
  auto evidence = evidence_of({traffic(12, 0), traffic(4000, 8), {}});
  evidence.covered = 4min;
  const auto few = judge_one(criterion_of(CriterionKind::ErrorRate), evidence, {24h, false});
  EXPECT_EQ(few.outcome, kUnsure);
  EXPECT_TRUE(few.no_data);
  EXPECT_EQ(few.explanation,
            "Only 12 requests in the last 4 minutes; 50 are needed, which takes about 13 minutes "
            "more at this pace.");
}

TEST(JudgeNoData, DoesNotBlameAQuietServiceForNoRequestsAtAll) {
  auto evidence = evidence_of({{}, traffic(4000, 8), traffic(20, 0)});
  evidence.instances.resize(2);
  evidence.control_instances = 10;  // four requests were to be expected
  EXPECT_EQ(judge_one(criterion_of(CriterionKind::ErrorRate), evidence, {24h, false}).outcome,
            kUnsure);
  evidence.control->requests = 2000;
  EXPECT_EQ(judge_one(criterion_of(CriterionKind::ErrorRate), evidence, {24h, false}).outcome,
            kFail);
}

TEST(JudgeNoData, PassesACohortThatIsIdleOnPurpose) {
  const auto before = evidence_of({{}, latencies(4000, 8), {}});
  for (const auto kind : {CriterionKind::ErrorRate, CriterionKind::LatencyP99}) {
    const auto verdict = judge_one(criterion_of(kind), before, {24h, true});
    EXPECT_EQ(verdict.outcome, kPass);
    EXPECT_NE(verdict.explanation.find("no traffic on purpose"), std::string::npos);
  }
  const auto failing = evidence_of({traffic(1000, 300), traffic(4000, 8), {}});
  EXPECT_EQ(judge_one(criterion_of(CriterionKind::ErrorRate), failing, {24h, true}).outcome, kFail);
}

TEST(JudgeNoData, PassesOrFailsIfThePolicySaysSo) {
  auto criterion = criterion_of(CriterionKind::ErrorRate);
  criterion.on_no_data = OnNoData::Pass;
  EXPECT_EQ(judge_one(criterion, {}, 0s).outcome, kPass);
  criterion.on_no_data = OnNoData::Fail;
  EXPECT_EQ(judge_one(criterion, {}, 299s).outcome, kUnsure);
  EXPECT_EQ(judge_one(criterion, {}, 300s).outcome, kFail);
}

TEST(JudgeNoData, NeverTurnsACrossedThresholdWithoutEvidenceIntoAFail) {
  const auto verdict = judge_one(criterion_of(CriterionKind::ErrorRate),
                                 {traffic(60, 4), traffic(4000, 8), {}}, 24h);
  EXPECT_EQ(verdict.outcome, kUnsure);
  EXPECT_FALSE(verdict.no_data);
}

TEST(Judge, IsAsBadAsTheWorstCriterionThatDecides) {
  HealthPolicy policy;
  policy.criteria = {criterion_of(CriterionKind::ErrorRate),
                     criterion_of(CriterionKind::LatencyP99)};
  auto good = latencies(1000, 1);
  auto failing = good;
  failing.errors = 500;
  const auto fine = evidence_of({good, good, {}});
  const auto bad = evidence_of({failing, good, {}});
  EXPECT_EQ(judge(policy, {fine, fine}, {1s, false}).overall, kPass);
  EXPECT_EQ(judge(policy, {fine, {}}, {1s, false}).overall, kUnsure);
  EXPECT_EQ(judge(policy, {bad, {}}, {1s, false}).overall, kFail);
  policy.criteria[0].dry_run = true;
  const auto dry = judge(policy, {bad, fine}, {1s, false});
  EXPECT_EQ(dry.overall, kPass);
  EXPECT_EQ(dry.verdicts[0].outcome, kFail);
  EXPECT_TRUE(dry.verdicts[0].dry_run);
}

TEST(Judge, PassesWhenNoCriterionDecides) {
  EXPECT_EQ(judge(HealthPolicy{}, {}, {}).overall, kPass);
}

TEST(JudgeQuery, FollowsItsTruthTable) {
  Criterion criterion;
  criterion.name = "lag";
  criterion.kind = CriterionKind::Query;
  criterion.threshold = 20;
  const auto judged = [&](const std::optional<Measurement>& measurement) {
    Evidence evidence;
    evidence.measurement = measurement;
    return judge_one(criterion, evidence, {10s, false});
  };
  const auto answer = [](std::optional<double> value, std::optional<double> control) {
    return Measurement{WallTime{}, "lag{}", value, control, {}};
  };
  EXPECT_EQ(judged({}).outcome, kUnsure);
  EXPECT_FALSE(judged({}).no_data);
  EXPECT_EQ(judged(answer(10, 10)).outcome, kPass);
  EXPECT_EQ(judged(answer(13, 10)).outcome, kFail);
  EXPECT_EQ(judged(answer(13, {})).outcome, kUnsure);
  EXPECT_EQ(judged(answer(13, 0)).outcome, kUnsure);
  EXPECT_EQ(judged(answer(0, 0)).outcome, kPass);
  EXPECT_TRUE(judged(answer({}, 10)).no_data);
  EXPECT_TRUE(judged(answer(std::nan(""), 10)).no_data);
  const auto down = judged(Measurement{WallTime{}, "lag{}", {}, {}, "connection refused"});
  EXPECT_EQ(down.outcome, kUnsure);
  EXPECT_EQ(down.error, "connection refused");
  EXPECT_EQ(down.query, "lag{}");
  criterion.absolute = true;
  EXPECT_EQ(judged(answer(19, {})).outcome, kPass);
  EXPECT_EQ(judged(answer(21, {})).outcome, kFail);
  EXPECT_EQ(judged(answer(21, 5)).outcome, kFail);
  EXPECT_EQ(judged(answer(21, 22)).outcome, kUnsure);
  criterion.direction = Direction::Decrease;
  EXPECT_EQ(judged(answer(19, {})).outcome, kFail);
}

TEST(Judge, NamesTheInstancesThatDriveAVerdictAndThoseLeftOut) {
  auto evidence = evidence_of({traffic(3000, 330), traffic(9000, 18), {}});
  evidence.instances = {{InstanceId("good"), traffic(1500, 10), traffic(3000, 6), false},
                        {InstanceId("bad"), traffic(1500, 320), traffic(3000, 6), false},
                        {InstanceId("old-sorrow"), traffic(1500, 700), traffic(3000, 1400), true}};
  const auto verdict = judge_one(criterion_of(CriterionKind::ErrorRate), evidence, {10s, false});
  ASSERT_EQ(verdict.outcome, kFail);
  ASSERT_EQ(verdict.drivers.size(), 2U);
  EXPECT_EQ(verdict.drivers[0].instance, InstanceId("bad"));
  EXPECT_NEAR(verdict.drivers[0].value, 21.3, 0.1);
  EXPECT_NEAR(*verdict.drivers[0].before, 0.2, 0.01);
  EXPECT_GT(verdict.drivers[0].share, 0.9);
  ASSERT_EQ(verdict.outliers.size(), 1U);
  EXPECT_EQ(verdict.outliers[0].instance, InstanceId("old-sorrow"));
  EXPECT_NE(verdict.explanation.find("comes from bad"), std::string::npos) << verdict.explanation;
  EXPECT_NE(verdict.explanation.find("Left out"), std::string::npos) << verdict.explanation;
  EXPECT_GE(*verdict.statistic, verdict.required);
}

TEST(Judge, SaysInOneSentenceThatItWaitsAndWhoIsLeftOut) {
  auto evidence = evidence_of({traffic(3, 0), traffic(9000, 18), {}});
  evidence.instances = {{InstanceId("old-sorrow"), traffic(150, 70), traffic(300, 140), true}};
  const auto verdict = judge_one(criterion_of(CriterionKind::ErrorRate), evidence, {10s, false});
  EXPECT_TRUE(verdict.explanation.contains(" (left out, because it was")) << verdict.explanation;
  EXPECT_TRUE(verdict.explanation.ends_with(").")) << verdict.explanation;
  EXPECT_FALSE(verdict.explanation.contains("..")) << verdict.explanation;
}

TEST(Judge, RaisesFewerThanOneFalseAlarmInAThousandHealthyDeploymentsThoughItLooksEverySecond) {
  constexpr int kDeployments = 1000;
  constexpr int kLooks = 40;
  std::mt19937_64 random(2026);
  std::poisson_distribution<std::uint64_t> arrivals(40);
  std::lognormal_distribution<double> latency(3, 0.6);
  HealthPolicy policy;
  policy.criteria = {criterion_of(CriterionKind::ErrorRate),
                     criterion_of(CriterionKind::LatencyP99)};
  policy.criteria[0].threshold = 0.5;  // far stricter than the default
  policy.criteria[1].threshold = 10;
  // Drawing every latency anew would take seconds: the samples of a second come from a pool.
  std::vector<Sample> pool(500);
  for (auto& second : pool) {
    second.requests = arrivals(random);
    std::binomial_distribution<std::uint64_t> errors(second.requests, 0.02);
    second.errors = errors(random);
    for (std::uint64_t i = 0; i < second.requests; ++i) second.latency.record(latency(random));
  }
  std::uniform_int_distribution<std::size_t> pick(0, pool.size() - 1);
  int alarms = 0;
  for (int deployment = 0; deployment < kDeployments; ++deployment) {
    Sample baseline;
    for (int second = 0; second < 20; ++second) baseline.add(pool[pick(random)]);
    std::vector<Evidence> evidence(2, evidence_of({{}, baseline, {}}));
    for (int look = 0; look < kLooks; ++look) {
      const auto& second = pool[pick(random)];
      for (auto& each : evidence) each.treated.add(second);
      if (judge(policy, evidence, {1s, false}).overall != kFail) continue;
      ++alarms;
      break;
    }
  }
  EXPECT_LE(alarms, kDeployments / 1000);
}

}  // namespace
}  // namespace hotswap
