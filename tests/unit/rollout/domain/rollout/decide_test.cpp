// What the scenario transcripts do not show: evidence, revisions, strangers, large fleets.
#include "domain/rollout/decide.hpp"

#include "../../support.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{std::chrono::hours(480'000)};

Deployment deployment_of(std::string_view strategy, std::size_t targets) {
  Deployment deployment;
  deployment.profile = ProfileName("shop");
  deployment.version = SemVer(2, 0, 0);
  deployment.strategy = strategy_from_json(parsed(strategy), "$").value();
  deployment.health.criteria.resize(1);
  deployment.health.criteria[0].name = "error-rate";
  deployment.plan = plan(deployment.strategy, targets);
  deployment.created_at = kStart;
  deployment.revision = 7;
  for (std::size_t i = 0; i < targets; ++i) {
    Target target;
    target.instance = InstanceId("i" + std::to_string(i));
    target.previous = SemVer(1, 0, 0);
    deployment.targets.push_back(target);
  }
  return deployment;
}

Judgement judgement_of(Outcome outcome, double value) {
  Judgement judgement;
  judgement.overall = outcome;
  CriterionVerdict verdict;
  verdict.criterion = "error-rate";
  verdict.outcome = outcome;
  verdict.value = value;
  verdict.explanation = "told";
  judgement.verdicts = {verdict};
  return judgement;
}

const Record* find_record(const Decision& decision, std::string_view kind) {
  for (const auto& effect : decision.effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record != nullptr && record->kind == kind) return record;
  }
  return nullptr;
}

Deployment after(const Deployment& deployment, const DeploymentEvent& event, WallTime now) {
  return decide(deployment, event, now).value().next;
}

TEST(Decide, LeavesTheRevisionToTheStore) {
  const auto decision = decide(deployment_of("\"Direct\"", 2), Tick{}, kStart).value();
  EXPECT_EQ(decision.next.revision, 7U);
  EXPECT_TRUE(decision.state_changed);
  EXPECT_EQ(decision.changed_targets, (std::vector<std::size_t>{0, 1}));
}

TEST(Decide, IgnoresReportsOfStrangers) {
  const auto started = after(deployment_of("\"Direct\"", 2), Tick{}, kStart);
  const Reported strangers{{{InstanceId("who"), 0, TargetState::Applied, ""}}};
  EXPECT_TRUE(decide(started, strangers, kStart + 1s).value().nothing());
  EXPECT_TRUE(decide(started, Vanished{{InstanceId("who")}}, kStart + 1s).value().nothing());
}

TEST(Decide, IgnoresReportsThatNoInstanceCanMake) {
  const auto started = after(deployment_of("\"Direct\"", 1), Tick{}, kStart);
  for (const auto state : {TargetState::Waiting, TargetState::Assigned, TargetState::Failed,
                           TargetState::Unreachable, TargetState::Restored}) {
    const Reported reported{{{InstanceId("i0"), 0, state, ""}}};
    EXPECT_TRUE(decide(started, reported, kStart + 1s).value().nothing());
  }
}

TEST(Decide, TakesAThousandReportsAtOnce) {
  const auto started = after(deployment_of("\"Direct\"", 1000), Tick{}, kStart);
  Reported reported;
  for (const auto& target : started.targets) {
    reported.reports.push_back({target.instance, 0, TargetState::Applied, ""});
  }
  const auto decision = decide(started, reported, kStart + 1s).value();
  EXPECT_TRUE(std::holds_alternative<Succeeded>(decision.next.state));
  EXPECT_EQ(decision.changed_targets.size(), 1000U);
}

TEST(Decide, SavesAVerdictOnlyWhenAnOutcomeChanges) {
  const auto started = after(deployment_of("\"Canary\"", 10), Tick{}, kStart);
  const auto first =
      decide(started, Judged{judgement_of(Outcome::Inconclusive, 1)}, kStart + 1s).value();
  EXPECT_TRUE(first.state_changed);
  EXPECT_NE(find_record(first, "health.verdict"), nullptr);
  const Judged same{judgement_of(Outcome::Inconclusive, 2)};
  EXPECT_TRUE(decide(first.next, same, kStart + 2s).value().nothing());
  const Judged better{judgement_of(Outcome::Pass, 2)};
  EXPECT_TRUE(decide(first.next, better, kStart + 3s).value().state_changed);
}

TEST(Decide, IgnoresHealthWhereTheStrategyDoesNotJudge) {
  const auto started = after(deployment_of("\"Direct\"", 2), Tick{}, kStart);
  const Judged fail{judgement_of(Outcome::Fail, 50)};
  EXPECT_TRUE(decide(started, fail, kStart + 1s).value().nothing());
}

TEST(Decide, KeepsTheJudgementThatFailedAsEvidence) {
  const auto started = after(deployment_of("\"Canary\"", 10), Tick{}, kStart);
  const auto failing = judgement_of(Outcome::Fail, 42);
  const auto decision = decide(started, Judged{failing}, kStart + 1s).value();
  EXPECT_EQ(decision.next.judgement, failing);
  const auto* detected = find_record(decision, "rollback.detected");
  ASSERT_NE(detected, nullptr);
  EXPECT_EQ(*detected->data.find("trigger"), json::Value("health"));
  EXPECT_EQ(*detected->data.find("judgement"), to_json(failing));
}

TEST(Decide, PutsTheSixStepsOfARollbackOnTheTimelineInOrder) {
  const auto started = after(deployment_of("\"Canary\"", 10), Tick{}, kStart);
  auto decision = decide(started, Rollback{"", "pat"}, kStart + 1s).value();
  std::vector<std::string> kinds;
  const auto collect = [&] {
    for (const auto& effect : decision.effects) {
      const auto* record = std::get_if<Record>(&effect);
      if (record != nullptr && record->kind.starts_with("rollback.")) kinds.push_back(record->kind);
    }
  };
  collect();
  const Reported back{{{InstanceId("i0"), 0, TargetState::Applied, ""}}};
  decision = decide(decision.next, back, kStart + 2s).value();
  collect();
  EXPECT_EQ(kinds, (std::vector<std::string>{"rollback.detected", "rollback.alerted",
                                             "rollback.paused", "rollback.started",
                                             "rollback.verified", "rollback.reported"}));
}

TEST(Decide, RestoresEveryTargetThatWasAssignedAndNoOther) {
  const auto started = after(deployment_of("\"Canary\"", 10), Tick{}, kStart);
  const auto decision = decide(started, Rollback{"", "pat"}, kStart + 1s).value();
  std::size_t assigns = 0;
  for (const auto& effect : decision.effects) {
    const auto* assign = std::get_if<Assign>(&effect);
    if (assign == nullptr) continue;
    ++assigns;
    EXPECT_TRUE(assign->restore);
    EXPECT_EQ(assign->targets, std::vector<std::size_t>{0});
  }
  EXPECT_EQ(assigns, 1U);
}

TEST(Decide, NamesTheInstancesThatFailedInTheEvidence) {
  const auto* direct = R"({"type":"Direct","ackRetries":0})";
  const auto started = after(deployment_of(direct, 30), Tick{}, kStart);
  const auto decision = decide(started, Tick{}, kStart + 30s).value();
  const auto* detected = find_record(decision, "rollback.detected");
  ASSERT_NE(detected, nullptr);
  EXPECT_EQ(detected->data.find("failures")->as_int(), 30);
  EXPECT_EQ(detected->data.find("failedTargets")->as_array()->size(), 20U);  // bounded
}

TEST(NextDeadline, StartsAPlannedDeploymentAtOnce) {
  EXPECT_EQ(next_deadline(deployment_of("\"Direct\"", 2)), kStart);
}

TEST(NextDeadline, IsNothingForWhatIsOver) {
  auto deployment = deployment_of("\"Direct\"", 2);
  for (const DeploymentState& state :
       {DeploymentState(Succeeded{}), DeploymentState(RolledBack{}), DeploymentState(Failed{}),
        DeploymentState(Cancelled{}), DeploymentState(Paused{})}) {
    deployment.state = state;
    EXPECT_EQ(next_deadline(deployment), std::nullopt);
  }
}

}  // namespace
}  // namespace hotswap
