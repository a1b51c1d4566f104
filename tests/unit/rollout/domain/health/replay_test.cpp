#include "domain/health/replay.hpp"

#include <algorithm>
#include <cmath>

#include "../../support.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{std::chrono::hours(400'000)};

Sample traffic(std::uint64_t requests, std::uint64_t errors) {
  Sample sample;
  sample.requests = requests;
  sample.errors = errors;
  return sample;
}

Baseline before() {
  Baseline baseline;
  baseline.all = traffic(30'000, 150);
  return baseline;
}

/// Two minutes of a canary that fails `share` of its requests, beside one untreated instance.
std::vector<HealthRecord> records(double share) {
  std::vector<HealthRecord> all;
  for (int i = 1; i <= 24; ++i) {
    HealthRecord record;
    record.deployment = DeploymentId("d-1");
    record.sequence = static_cast<std::uint64_t>(i);
    record.at = kStart + i * 5s;
    record.waited = i * 5s;
    record.phase = "Soaking";
    const auto errors = static_cast<std::uint64_t>(500 * share);
    record.samples = {{InstanceId("canary"), record.at, true, traffic(500, errors)},
                      {InstanceId("other"), record.at, false, traffic(500, 2)}};
    all.push_back(std::move(record));
  }
  return all;
}

HealthPolicy policy_of(double threshold) {
  HealthPolicy policy;
  policy.criteria = {default_criteria().front()};
  policy.criteria[0].threshold = threshold;
  return policy;
}

TEST(HealthRecordJson, ReadsWhatItWrites) {
  auto record = records(0.1).front();
  record.idle = true;
  record.step = 2;
  record.judgement.verdicts.emplace_back();
  record.judgement.verdicts[0].criterion = "lag";
  record.measurements["lag"] = {kStart, "lag{}", 3.5, std::nullopt, "half of it"};
  const auto read = health_record_from_json(to_json(record));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, record);
}

TEST(HealthRecordJson, ReadsAnAnswerThatIsNoNumberAsNone) {
  auto record = records(0.1).front();
  record.measurements["lag"] = {kStart, "lag{}", std::nan(""), {}, {}};
  const auto read = health_record_from_json(to_json(record));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->measurements.at("lag").value, std::nullopt);
}

TEST(HealthRecordJson, RefusesWhatIsNoRecord) {
  for (const auto* text :
       {"[]", "{}", R"({"deployment":"d"})",
        R"({"deployment":"d","judgement":{"overall":"Pass"},"samples":[{"instance":"i"}]})",
        R"({"deployment":"d","judgement":{"overall":"Pass"},"measurements":{"a":1}})"}) {
    EXPECT_FALSE(health_record_from_json(parsed(text))) << text;
  }
}

TEST(Replay, SaysWhatAStricterAndALaxerPolicyWouldHaveDone) {
  const auto strict = replay(policy_of(5), before(), records(0.12));
  ASSERT_TRUE(strict.would_roll_back);
  EXPECT_LE(*strict.would_roll_back, kStart + 60s);
  EXPECT_NE(strict.reason.find("`error-rate` failed"), std::string::npos) << strict.reason;
  EXPECT_EQ(strict.lines.back().breach, BudgetBreach::Failing);
  const auto lax = replay(policy_of(20), before(), records(0.12));
  EXPECT_FALSE(lax.would_roll_back);
  EXPECT_FALSE(lax.would_pause);
  EXPECT_EQ(lax.lines.back().at, kStart + 2min);
  EXPECT_EQ(lax.lines.back().judgement.overall, Outcome::Pass);
}

TEST(Replay, HasALineWhereAnOutcomeChangesAndAtTheEnd) {
  const auto healthy = replay(policy_of(5), before(), records(0.004));
  EXPECT_LE(healthy.lines.size(), 3U);
  EXPECT_EQ(healthy.lines.front().at, kStart + 5s);
  EXPECT_EQ(healthy.lines.back().at, kStart + 2min);
}

TEST(Replay, CountsMeasurementsAgainstTheirBudgets) {
  auto all = records(0.004);
  for (auto& record : all) {
    record.measurements["lag"] = {record.at, "lag", std::nullopt, std::nullopt, "refused"};
  }
  auto policy = policy_of(5);
  auto& query = policy.criteria.emplace_back();
  query.name = "lag";
  query.kind = CriterionKind::Query;
  query.query = "lag";
  query.absolute = true;
  query.error_limit = 2;
  const auto played = replay(policy, before(), all);
  EXPECT_FALSE(played.would_roll_back);
  ASSERT_TRUE(played.would_pause);
  EXPECT_NE(played.reason.find("refused"), std::string::npos) << played.reason;
}

TEST(Replay, NotesWhatTheRecordsCannotTell) {
  EXPECT_FALSE(replay(policy_of(5), before(), {}).notes.empty());
  auto policy = policy_of(5);
  auto& query = policy.criteria.emplace_back();
  query.name = "lag";
  query.kind = CriterionKind::Query;
  query.query = "lag";
  const auto played = replay(policy, std::nullopt, records(0.004));
  EXPECT_EQ(std::ranges::count_if(played.notes,
                                  [](const std::string& note) { return note.contains("lag"); }),
            1);
  EXPECT_EQ(played.notes.size(), 2U);  // and that there is no baseline
}

TEST(Replay, EndsWhereTheRollbackBegan) {
  auto all = records(0.004);
  for (std::size_t i = 12; i < all.size(); ++i) all[i].phase = "RollingBack";
  EXPECT_EQ(replay(policy_of(5), before(), all).lines.back().at, kStart + 60s);
}

TEST(ReplayJson, TellsWhenAndWhy) {
  const auto json = to_json(replay(policy_of(5), before(), records(0.12)));
  EXPECT_NE(json.find("wouldRollBack"), nullptr);
  EXPECT_NE(json.find("reason"), nullptr);
  EXPECT_NE(json.find("lines"), nullptr);
  EXPECT_EQ(json.find("wouldPause"), nullptr);
}

}  // namespace
}  // namespace hotswap
