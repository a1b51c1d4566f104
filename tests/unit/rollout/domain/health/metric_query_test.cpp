#include "domain/health/metric_query.hpp"

#include "../../support.hpp"

namespace hotswap {
namespace {

QueryVariables variables() {
  return {"payments",
          "production",
          "payments.production",
          "1.2.3",
          "treated",
          {"web-1.example", "web-2"},
          std::chrono::minutes(5)};
}

TEST(MetricQuery, FillsItsVariablesIn) {
  EXPECT_EQ(resolve_query(R"(rate(errors{s="{{service}}",e="{{ environment }}"}[{{window}}]))",
                          variables()),
            R"(rate(errors{s="payments",e="production"}[300s]))");
  EXPECT_EQ(resolve_query("{{profile}} {{version}} {{cohort}}", variables()),
            "payments.production 1.2.3 treated");
  EXPECT_EQ(resolve_query("up", variables()), "up");
}

TEST(MetricQuery, MatchesExactlyTheInstancesOfACohort) {
  EXPECT_EQ(resolve_query("{{instances}}", variables()), R"((web-1\\.example|web-2)(:[0-9]+)?)");
  auto none = variables();
  none.instances.clear();
  EXPECT_FALSE(resolve_query("{{instances}}", none).empty());
}

TEST(MetricQuery, LetsNoValueLeaveItsString) {
  auto evil = variables();
  evil.service = "a\"} or vector(1) #\\\n";
  EXPECT_EQ(resolve_query(R"(up{s="{{service}}"})", evil), R"(up{s="a\"} or vector(1) #\\\n"})");
}

TEST(MetricQuery, RefusesVariablesThatDoNotExist) {
  EXPECT_TRUE(check_query("up{job=\"{{service}}\"}", "$.query"));
  for (const auto* query : {"", "  ", "up{{", "{{}}", "{{host}}", "{{service}} {{ Version }}"}) {
    const auto checked = check_query(query, "$.query");
    ASSERT_FALSE(checked) << query;
    EXPECT_EQ(checked.error().reason, "health.invalid");
    EXPECT_EQ(checked.error().fields.front().path, "$.query");
  }
  EXPECT_FALSE(check_query(std::string(10'000, 'a'), "$.query"));
}

TEST(MetricQuery, TellsCohortsApartByWhatItUses) {
  EXPECT_TRUE(distinguishes_cohorts("{{cohort}}"));
  EXPECT_TRUE(distinguishes_cohorts("a {{ instances }}"));
  EXPECT_TRUE(distinguishes_cohorts("{{service}} {{version}}"));
  EXPECT_FALSE(distinguishes_cohorts("{{service}} version"));
}

}  // namespace
}  // namespace hotswap
