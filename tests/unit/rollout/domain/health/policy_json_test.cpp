#include "../../support.hpp"
#include "domain/health/judge.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

TEST(HealthPolicyJson, GivesTheDefaultsForAnEmptyObject) {
  const auto policy = health_policy_from_json(parsed("{}"), "$.health");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->criteria, default_criteria());
  EXPECT_EQ(policy->min_samples, 50U);
  EXPECT_EQ(policy->min_checks, 5U);
  EXPECT_EQ(policy->no_data_timeout, Duration(10min));
}

TEST(HealthPolicyJson, HasTheThresholdsOfTheRulesByDefault) {
  const auto criteria = default_criteria();
  ASSERT_EQ(criteria.size(), 3U);
  EXPECT_EQ(criteria[0].kind, CriterionKind::ErrorRate);
  EXPECT_EQ(criteria[0].threshold, 5);
  EXPECT_EQ(criteria[0].window, Duration(5min));
  EXPECT_EQ(criteria[1].kind, CriterionKind::LatencyP99);
  EXPECT_EQ(criteria[1].threshold, 50);
  EXPECT_EQ(criteria[2].kind, CriterionKind::HealthChecks);
  EXPECT_EQ(criteria[2].threshold, 10);
  EXPECT_EQ(criteria[2].window, Duration(2min));
}

TEST(HealthPolicyJson, ReadsWhatItWrites) {
  HealthPolicy policy{default_criteria(), 7, 2, 3min};
  Criterion custom;
  custom.name = "depth";
  custom.kind = CriterionKind::Custom;
  custom.metric = "queueDepth";
  custom.direction = Direction::Decrease;
  custom.absolute = true;
  custom.threshold = -4.5;
  custom.window = 90s;
  custom.dry_run = true;
  custom.on_no_data = OnNoData::Fail;
  policy.criteria.push_back(custom);
  const auto read = health_policy_from_json(to_json(policy), "$");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, policy);
}

TEST(HealthPolicyJson, NamesACriterionByItsTypeOrMetric) {
  const auto policy =
      health_policy_from_json(parsed(R"({"criteria":[{"type":"errorrate","threshold":1},
                             {"type":"Custom","metric":"depth","threshold":10}]})"),
                              "$");
  ASSERT_TRUE(policy) << policy.error().detail;
  EXPECT_EQ(policy->criteria[0].name, "error-rate");
  EXPECT_EQ(policy->criteria[1].name, "depth");
}

TEST(HealthPolicyJson, NamesEveryMistake) {
  struct Case {
    const char* criterion;
    const char* expected;
  };
  const Case cases[] = {
      {R"({"threshold":5})", "$.health.criteria[0].type required"},
      {R"({"type":"Errors","threshold":5})", "$.health.criteria[0].type enum"},
      {R"({"type":"ErrorRate"})", "$.health.criteria[0].threshold required"},
      {R"({"type":"ErrorRate","threshold":-1})", "$.health.criteria[0].threshold minimum"},
      {R"({"type":"ErrorRate","threshold":101})", "$.health.criteria[0].threshold maximum"},
      {R"({"type":"ErrorRate","threshold":"5"})", "$.health.criteria[0].threshold type"},
      {R"({"type":"Custom","threshold":5})", "$.health.criteria[0].metric required"},
      {R"({"type":"Custom","threshold":5,"metric":""})", "$.health.criteria[0].metric required"},
      {R"({"type":"ErrorRate","threshold":5,"metric":"m"})", "$.health.criteria[0].metric unknown"},
      {R"({"type":"ErrorRate","threshold":5,"absolute":true})",
       "$.health.criteria[0].absolute unknown"},
      {R"({"type":"ErrorRate","threshold":5,"direction":"decrease"})",
       "$.health.criteria[0].direction unknown"},
      {R"({"type":"Custom","metric":"m","threshold":5,"direction":"up"})",
       "$.health.criteria[0].direction enum"},
      {R"({"type":"ErrorRate","threshold":5,"onNoData":"shrug"})",
       "$.health.criteria[0].onNoData enum"},
      {R"({"type":"ErrorRate","threshold":5,"window":"PT0S"})",
       "$.health.criteria[0].window minimum"},
      {R"({"type":"ErrorRate","threshold":5,"window":"PT16M"})",
       "$.health.criteria[0].window maximum"},
      {R"({"type":"ErrorRate","threshold":5,"window":"5m"})", "$.health.criteria[0].window format"},
      {R"({"type":"ErrorRate","threshold":5,"name":""})", "$.health.criteria[0].name format"},
      {R"({"type":"ErrorRate","threshold":5,"dryrun":true})",
       "$.health.criteria[0].dryrun unknown"},
      {"5", "$.health.criteria[0] type"},
  };
  for (const auto& each : cases) {
    const auto text = std::string(R"({"criteria":[)") + each.criterion + "]}";
    const auto read = health_policy_from_json(parsed(text), "$.health");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "health.invalid");
    const auto found = mistakes(read);
    EXPECT_NE(std::ranges::find(found, each.expected), found.end()) << text << found.front();
  }
}

TEST(HealthPolicyJson, RefusesTwoCriteriaOfOneName) {
  const auto read =
      health_policy_from_json(parsed(R"({"criteria":[{"type":"ErrorRate","threshold":1},
                             {"type":"ErrorRate","threshold":2}]})"),
                              "$");
  EXPECT_EQ(mistakes(read), Mistakes{"$.criteria[1].name uniqueItems"});
}

TEST(HealthPolicyJson, BoundsItsOwnNumbers) {
  const auto read = health_policy_from_json(
      parsed(R"({"minSamples":0,"minChecks":-1,"noDataTimeout":"PT0S","criterias":[]})"), "$");
  EXPECT_EQ(mistakes(read), (Mistakes{"$.minSamples minimum", "$.minChecks minimum",
                                      "$.noDataTimeout minimum", "$.criterias unknown"}));
}

TEST(JudgementJson, ReadsWhatItWrites) {
  Judgement judgement;
  judgement.overall = Outcome::Fail;
  judgement.verdicts = {
      {"error-rate", Outcome::Fail, false, false, 30, 0.2, 10, 45, 5, 120, "too many"},
      {"latency-p99", Outcome::Inconclusive, true, true, {}, {}, {}, {}, 50, 0, "no latencies"}};
  const auto read = judgement_from_json(to_json(judgement));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, judgement);
}

TEST(JudgementJson, RefusesWhatIsNoJudgement) {
  for (const auto* text :
       {"{}", "[]", R"({"overall":"Maybe"})", R"({"overall":"Pass","verdicts":{}})",
        R"({"overall":"Pass","verdicts":[{}]})", R"({"overall":"Pass","verdict":[]})",
        R"({"overall":"Pass","verdicts":[{"criterion":"a","outcome":"Pass","value":"x"}]})"}) {
    const auto read = judgement_from_json(parsed(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "judgement.invalid");
  }
}

}  // namespace
}  // namespace hotswap
