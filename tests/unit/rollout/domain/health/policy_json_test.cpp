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

TEST(HealthPolicyJson, ReadsAQueryWithItsBudget) {
  const auto read = health_policy_from_json(
      parsed(R"({"criteria":[{"type":"Query","name":"lag","threshold":5,"window":"PT1M",
        "query":"lag{v=\"{{version}}\"}","interval":"PT10S","failureLimit":2,
        "inconclusiveLimit":3,"errorLimit":1,"direction":"decrease"}]})"),
      "$");
  ASSERT_TRUE(read) << read.error().detail;
  const auto& criterion = read->criteria.at(0);
  EXPECT_EQ(criterion.kind, CriterionKind::Query);
  EXPECT_FALSE(criterion.absolute);
  EXPECT_EQ(criterion.interval, std::chrono::seconds(10));
  EXPECT_EQ(criterion.failure_limit, 2U);
  EXPECT_EQ(criterion.inconclusive_limit, 3U);
  EXPECT_EQ(criterion.error_limit, 1U);
  const auto again = health_policy_from_json(to_json(*read), "$");
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(*again, *read);
}

TEST(HealthPolicyJson, HoldsAQueryThatAnswersForEverybodyAgainstABound) {
  const auto read = health_policy_from_json(
      parsed(R"({"criteria":[{"type":"Query","threshold":5,"query":"lag"}]})"), "$");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(read->criteria.at(0).absolute);
  EXPECT_EQ(read->criteria.at(0).name, "query");
}

TEST(HealthPolicyJson, RefusesQueriesThatCannotBeAskedOrJudged) {
  const auto mistakes_of = [](const char* criterion) {
    return mistakes(
        health_policy_from_json(parsed(std::string(R"({"criteria":[)") + criterion + "]}"), "$"));
  };
  EXPECT_EQ(mistakes_of(R"({"type":"Query","threshold":5})"),
            (Mistakes{"$.criteria[0].query required"}));
  EXPECT_EQ(mistakes_of(R"({"type":"Query","query":"a"})"),
            (Mistakes{"$.criteria[0].threshold required"}));
  EXPECT_EQ(mistakes_of(R"({"type":"Query","query":" ","threshold":5})"),
            (Mistakes{"$.criteria[0].query minLength"}));
  EXPECT_EQ(mistakes_of(R"({"type":"Query","query":"a{{host}}","threshold":5})"),
            (Mistakes{"$.criteria[0].query variable"}));
  EXPECT_EQ(mistakes_of(R"({"type":"Query","query":"a{{","threshold":5})"),
            (Mistakes{"$.criteria[0].query variable"}));
  EXPECT_EQ(mistakes_of(R"({"type":"Query","query":"a","threshold":5,"absolute":false})"),
            (Mistakes{"$.criteria[0].absolute const"}));
  EXPECT_EQ(mistakes_of(R"({"type":"ErrorRate","query":"a","threshold":5,"interval":"PT0S"})"),
            (Mistakes{"$.criteria[0].query unknown", "$.criteria[0].interval minimum"}));
  EXPECT_EQ(mistakes_of(R"({"type":"ErrorRate","threshold":5,"failureLimit":-1})"),
            (Mistakes{"$.criteria[0].failureLimit minimum"}));
}

TEST(JudgementJson, ReadsWhatItWrites) {
  Judgement judgement;
  judgement.overall = Outcome::Fail;
  CriterionVerdict failing;
  failing.criterion = "error-rate";
  failing.outcome = Outcome::Fail;
  failing.value = 30;
  failing.baseline = 0.2;
  failing.lower = 10;
  failing.upper = 45;
  failing.threshold = 5;
  failing.samples = 120;
  failing.explanation = "too many";
  failing.statistic = 12.5;
  failing.required = 9.9;
  failing.drivers = {{InstanceId("a"), 60, 0.1, 60, 1}};
  failing.outliers = {{InstanceId("b"), 40, std::nullopt, 60, 0}};
  CriterionVerdict unsure;
  unsure.criterion = "lag";
  unsure.dry_run = true;
  unsure.no_data = true;
  unsure.error = "connection refused";
  unsure.query = "lag{}";
  judgement.verdicts = {failing, unsure};
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
