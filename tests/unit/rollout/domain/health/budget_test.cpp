#include "domain/health/budget.hpp"

#include "../../support.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{std::chrono::hours(400'000)};

/// One criterion, judged again and again.
struct Course {
  HealthPolicy policy;
  Tallies tallies;

  Course() {
    policy.criteria.emplace_back();
    policy.criteria[0].name = "errors";
  }
  Criterion& criterion() { return policy.criteria[0]; }
  Counted at(Duration when, Outcome outcome, const std::string& error = {}) {
    Judgement judgement;
    judgement.overall = outcome;
    judgement.verdicts.emplace_back();
    judgement.verdicts[0].outcome = outcome;
    judgement.verdicts[0].error = error;
    judgement.verdicts[0].explanation = "so it is";
    return count_judgement(tallies, policy, judgement, kStart + when);
  }
};

TEST(Budget, BreaksAtTheFirstFailureUnlessSomeAreTolerated) {
  Course course;
  EXPECT_EQ(course.at(0s, Outcome::Pass).breach, BudgetBreach::None);
  const auto failed = course.at(1s, Outcome::Fail);  // at once, not an interval later
  EXPECT_EQ(failed.breach, BudgetBreach::Failing);
  EXPECT_EQ(failed.reason, "`errors` failed: so it is");
}

TEST(Budget, CountsAtMostOneFailureInAnInterval) {
  Course course;
  course.criterion().failure_limit = 2;
  EXPECT_EQ(course.at(0s, Outcome::Fail).breach, BudgetBreach::None);
  for (auto when = 1s; when < 30s; ++when) {
    EXPECT_EQ(course.at(when, Outcome::Fail).breach, BudgetBreach::None);
  }
  EXPECT_EQ(course.at(30s, Outcome::Fail).breach, BudgetBreach::None);
  EXPECT_EQ(course.at(60s, Outcome::Fail).breach, BudgetBreach::Failing);
  EXPECT_EQ(course.tallies["errors"].failing, 3U);
}

TEST(Budget, CountsErrorsInARowAndSooner) {
  Course course;
  course.criterion().error_limit = 1;
  EXPECT_EQ(course.at(0s, Outcome::Inconclusive, "down").breach, BudgetBreach::None);
  EXPECT_EQ(course.at(30s, Outcome::Pass).breach, BudgetBreach::None);
  EXPECT_EQ(course.at(60s, Outcome::Inconclusive, "down").breach, BudgetBreach::None);
  EXPECT_EQ(course.at(65s, Outcome::Inconclusive, "down").breach, BudgetBreach::None);
  const auto erring = course.at(70s, Outcome::Inconclusive, "down");
  EXPECT_EQ(erring.breach, BudgetBreach::Erroring);
  EXPECT_EQ(erring.reason, "`errors` could not be measured 2 times in a row: down");
  EXPECT_EQ(course.tallies["errors"].inconclusive, 0U);  // nor do they eat that budget
}

TEST(Budget, ToleratesWhatIsInconclusiveUnlessItHasALimit) {
  Course course;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(course.at(i * 30s, Outcome::Inconclusive).breach, BudgetBreach::None);
  }
  course.criterion().inconclusive_limit = 100;
  EXPECT_EQ(course.at(100 * 30s, Outcome::Inconclusive).breach, BudgetBreach::Inconclusive);
  EXPECT_EQ(course.tallies["errors"].failing, 0U);
}

TEST(Budget, LetsDryRunsCountNothing) {
  Course course;
  course.criterion().dry_run = true;
  EXPECT_EQ(course.at(0s, Outcome::Fail).breach, BudgetBreach::None);
  EXPECT_TRUE(course.tallies.empty());
}

TEST(Budget, NamesEveryCriterionOfTheWorstBreach) {
  Course course;
  course.policy.criteria.push_back(course.criterion());
  course.policy.criteria[1].name = "latency";
  course.policy.criteria.push_back(course.criterion());
  course.policy.criteria[2].name = "lag";
  course.policy.criteria[2].error_limit = 0;
  Judgement judgement;
  judgement.verdicts.resize(3);
  judgement.verdicts[0].outcome = judgement.verdicts[1].outcome = Outcome::Fail;
  judgement.verdicts[2].error = "down";
  const auto counted = count_judgement(course.tallies, course.policy, judgement, kStart);
  EXPECT_EQ(counted.breach, BudgetBreach::Failing);
  EXPECT_EQ(counted.reason, "`errors` failed; `latency` failed");
}

TEST(TalliesJson, ReadsWhatItWrites) {
  const Tallies tallies{{"errors", {1, 2, 3, kStart}}, {"lag", {}}};
  const auto read = tallies_from_json(to_json(tallies));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, tallies);
  for (const auto* text : {"[]", R"({"a":{"failing":-1}})", R"({"a":{"fail":1}})"}) {
    EXPECT_FALSE(tallies_from_json(parsed(text))) << text;
  }
}

}  // namespace
}  // namespace hotswap
