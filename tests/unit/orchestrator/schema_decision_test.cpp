#include "unit/orchestrator/schema_world.hpp"

namespace hotswap::testing {
namespace {

class SchemaDecision : public SchemaWorld {
 protected:
  /// 1.0.0 is approved; 2.0.0, which breaks it, waits.
  SchemaVersion pending() {
    added(pool_schema(10));
    return added(pool_schema(5));
  }
};

TEST_F(SchemaDecision, APendingVersionCannotBeUsedUntilItIsApproved) {
  const auto version = pending();
  const auto refused = create("payments@2.0.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().reason, "schema.none_approved");
  EXPECT_TRUE(refused.error().detail.contains("2.0.0 waits for approval"))
      << refused.error().detail;
  // Who follows the newest keeps the last approved one.
  link("payments");
  EXPECT_EQ(put("1.0.0", pool(8))->version.schema, "payments@1.0.0");

  const auto approved = decide(version, true);
  ASSERT_TRUE(approved) << approved.error().detail;
  EXPECT_EQ(approved->state, SchemaState::Approved);
  EXPECT_EQ(approved->decision->by, "bob");
  EXPECT_EQ(approved->decision->hash, version.hash);
  EXPECT_EQ(put("1.1.0", pool(8)).error().reason, "version.schema_mismatch");
  EXPECT_EQ(put("1.1.0", pool(4))->version.schema, "payments@2.0.0");
}

TEST_F(SchemaDecision, IsOnRecordWithEverythingThatAReaderNeeds) {
  const auto version = pending();
  link("payments");
  stored_version("1.0.0", pool(8));
  ASSERT_TRUE(decide(version, true));
  const auto seen = events("schema.approved");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].profile.empty());
  EXPECT_EQ(seen[0].data.find("impact")->find("failing")->as_int(), 1);
  EXPECT_FALSE(seen[0].data.find("failing"));
  EXPECT_EQ(seen[1].profile.value, "pay.production");
  const auto* failing = seen[1].data.find("failing")->as_array();
  ASSERT_EQ(failing->size(), 1u);
  EXPECT_EQ(*(*failing)[0].find("version")->as_string(), "1.0.0");
  ASSERT_EQ(audit("schema.approve").size(), 1u);
  EXPECT_TRUE(audit("schema.approve")[0].detail.contains(version.hash));
  EXPECT_EQ(store_.outbox(WallTime::max(), 10)->size(), 2u);
}

TEST_F(SchemaDecision, IsBoundToTheContentThatWasSeen) {
  const auto version = pending();
  added(pool_schema(6), "2.0.0");
  const auto refused = decide(version, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().reason, "schema.changed");
  EXPECT_EQ(stored("2.0.0").state, SchemaState::PendingApproval);
}

TEST_F(SchemaDecision, OfAnOwnChangeIsForbiddenWhereProductionFollows) {
  added(pool_schema(10));
  const auto own = node().schemas.add(kOtherAdmin, request(pool_schema(5)))->version;
  link("payments@^1", "pay.staging", "Staging");
  link("payments@1.0.0");
  const auto refused = decide(own, true, kOtherAdmin);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
  EXPECT_EQ(refused.error().reason, "schema.own_change");
  EXPECT_TRUE(decide(own, true, kAdmin));
}

TEST_F(SchemaDecision, OfAnOwnChangeIsAllowedElsewhere) {
  added(pool_schema(10));
  const auto own = node().schemas.add(kOtherAdmin, request(pool_schema(5)))->version;
  link("payments", "pay.staging", "Staging");
  EXPECT_TRUE(decide(own, true, kOtherAdmin));
}

TEST_F(SchemaDecision, IsForAdminsAndNeedsAComment) {
  const auto version = pending();
  EXPECT_EQ(decide(version, true, kAuthor).error().code, ErrorCode::Forbidden);
  EXPECT_EQ(decide(version, true, caller_with(Role::Operator)).error().code, ErrorCode::Forbidden);
  const auto silent = node().schemas.decide(
      kOtherAdmin, {version.schema, version.number, true, version.hash, "  "});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().fields.at(0).path, "$.comment");
}

TEST_F(SchemaDecision, ARejectedVersionStaysOutAndIsNotDecidedTwice) {
  const auto version = pending();
  ASSERT_TRUE(decide(version, false));
  EXPECT_EQ(stored("2.0.0").state, SchemaState::Rejected);
  EXPECT_EQ(events("schema.rejected").size(), 1u);
  EXPECT_EQ(audit("schema.reject").size(), 1u);
  const auto again = decide(version, true);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "schema.not_pending");
  EXPECT_TRUE(again.error().detail.contains("by bob"));
  EXPECT_EQ(decide(stored("1.0.0"), true).error().reason, "schema.not_pending");
}

TEST_F(SchemaDecision, IsMadeAnewWhenOtherVersionsWereApprovedSince) {
  const auto version = pending();
  added(pool_schema(20), "1.1.0");
  const auto superseded = decide(version, true);
  ASSERT_FALSE(superseded);
  EXPECT_EQ(superseded.error().reason, "schema.superseded");
  const auto anew = stored("2.0.0");
  ASSERT_EQ(anew.compared.size(), 1u);
  EXPECT_EQ(anew.compared[0].number.str(), "1.1.0");
  EXPECT_TRUE(decide(anew, true));
}

TEST_F(SchemaDecision, ToRejectNeedsNoNewComparison) {
  const auto version = pending();
  added(pool_schema(20), "1.1.0");
  EXPECT_TRUE(decide(version, false));
}

TEST_F(SchemaDecision, ImpactNamesWhatWouldBreakTheLiveOneFirst) {
  added(pool_schema(10));
  link("payments");
  instance("i-1");
  stored_version("1.0.0", pool(8));
  make_live("1.0.0");
  stored_version("1.1.0", pool(4));
  stored_version("1.2.0", pool(9));
  const auto version = added(pool_schema(5));
  const auto impact = node().schemas.impact(kAdmin, version.schema, version.number).value();
  EXPECT_EQ(impact.profiles, 1u);
  EXPECT_EQ(impact.checked, 3u);
  EXPECT_EQ(impact.failing_count, 2u);
  ASSERT_EQ(impact.failing.size(), 2u);
  EXPECT_EQ(impact.failing[0].version.str(), "1.0.0");
  EXPECT_TRUE(impact.failing[0].live);
  EXPECT_EQ(impact.failing[0].failures.at(0).path, "$.pool");
  EXPECT_FALSE(impact.failing[1].stable);
  EXPECT_EQ(impact.summary,
            "2 of 3 stored versions would fail, pay.production 1.0.0 (live) among them");
}

TEST_F(SchemaDecision, ABreakThatNothingStoredMeetsIsTheoretical) {
  added(pool_schema(10));
  link("payments");
  EXPECT_EQ(add(pool_schema(9), "2.0.0")->impact.summary, "");
  stored_version("1.0.0", pool(3));
  stored_version("1.1.0", pool(4));
  const auto done = add(pool_schema(5), "2.0.0");
  EXPECT_EQ(done->impact.summary, "theoretical only: all 2 stored versions still validate");
  EXPECT_EQ(add(pool_schema(20))->impact.summary, "all 2 stored versions still validate");
}

TEST_F(SchemaDecision, ImpactHidesProfilesThatTheReaderMayNotSee) {
  added(pool_schema(10));
  link("payments");
  stored_version("1.0.0", pool(8));
  const auto hidden = node().configs.update(kAdmin, ProfileName("pay.production"),
                                            parsed(R"({"access":{"viewers":["eve"]}})"), true, {});
  ASSERT_TRUE(hidden) << hidden.error().detail;
  const auto done = add(pool_schema(5));
  EXPECT_EQ(done->impact.failing_count, 1u);
  EXPECT_TRUE(done->impact.failing.empty());
  EXPECT_EQ(done->impact.summary, "1 of 1 stored version would fail");
  EXPECT_TRUE(node().schemas.get(kAuthor, SchemaId("payments"))->profiles.empty());
}

TEST_F(SchemaDecision, RulesAreUpdatedByPatchAndGuardedInProduction) {
  added(pool_schema(10));
  const SchemaId id("payments");
  const auto revision = store_.schema(id)->revision;
  const auto stricter = node().schemas.update(
      kAuthor, id, parsed(R"({"compatibility":"FULL","description":"pools"})"), revision);
  ASSERT_TRUE(stricter) << stricter.error().detail;
  EXPECT_EQ(store_.schema(id)->compatibility, CompatibilityMode::Full);
  EXPECT_EQ(store_.schema(id)->description, "pools");
  EXPECT_EQ(events("schema.updated").size(), 1u);
  const auto late = node().schemas.update(kAuthor, id, parsed("{}"), revision);
  EXPECT_EQ(late.error().code, ErrorCode::PreconditionFailed);
  const auto bad = node().schemas.update(kAuthor, id, parsed(R"({"policy":"mild","x":1})"), {});
  EXPECT_EQ(bad.error().fields.size(), 2u);

  EXPECT_TRUE(node().schemas.update(kAuthor, id, parsed(R"({"compatibility":"BACKWARD"})"), {}));
  link("payments");
  const auto looser = node().schemas.update(kAuthor, id, parsed(R"({"compatibility":"NONE"})"), {});
  ASSERT_FALSE(looser);
  EXPECT_EQ(looser.error().reason, "schema.rules_guarded");
  auto sneaky = request(pool_schema(5));
  sneaky.compatibility = CompatibilityMode::None;
  EXPECT_EQ(node().schemas.add(kAuthor, std::move(sneaky)).error().reason, "schema.rules_guarded");
  EXPECT_TRUE(node().schemas.update(kAdmin, id, parsed(R"({"compatibility":"NONE"})"), {}));
}

TEST_F(SchemaDecision, WhoLoosenedTheRulesOfProductionNeedsSomebodyElsesEyes) {
  added(pool_schema(10));
  link("payments");
  const SchemaId id("payments");
  const auto loosen = parsed(R"({"compatibility":"NONE"})");
  ASSERT_TRUE(node().schemas.update(kAdmin, id, loosen, {}));
  const auto by = [&](const Caller& caller, int max) {
    return node().schemas.add(caller, request(pool_schema(max)))->version.state;
  };
  EXPECT_EQ(by(kAdmin, 5), SchemaState::PendingApproval);
  EXPECT_TRUE(events("schema.pending")[0].message.contains("has loosened the rules"));
  EXPECT_EQ(by(kAuthor, 6), SchemaState::Approved);

  // The same person may not lift it, another Admin does.
  ASSERT_TRUE(node().schemas.update(kAdmin, id, loosen, {}));
  EXPECT_EQ(by(kAdmin, 7), SchemaState::PendingApproval);
  ASSERT_TRUE(node().schemas.update(kOtherAdmin, id, parsed(R"({"description":"pools"})"), {}));
  EXPECT_EQ(by(kAdmin, 8), SchemaState::PendingApproval);
  ASSERT_TRUE(node().schemas.update(kOtherAdmin, id, loosen, {}));
  EXPECT_EQ(by(kAdmin, 9), SchemaState::Approved);
}

TEST_F(SchemaDecision, WhatIsLiveInProductionMustStayValidWhateverTheModeSays) {
  auto free = request(pool_schema(10));
  free.compatibility = CompatibilityMode::None;
  ASSERT_TRUE(node().schemas.add(kAuthor, std::move(free)));
  link("payments");
  stored_version("1.0.0", pool(8));
  instance("i-1");
  make_live("1.0.0");
  EXPECT_EQ(added(pool_schema(9)).state, SchemaState::Approved);
  const auto waits = added(pool_schema(5));
  EXPECT_EQ(waits.state, SchemaState::PendingApproval);
  EXPECT_TRUE(events("schema.pending")[0].message.contains("1.0.0, live in Production"))
      << events("schema.pending")[0].message;
}

TEST_F(SchemaDecision, DiffShowsChangesAndImpact) {
  pending();
  const auto diff = node().schemas.diff(kAdmin, SchemaId("payments"), "1.0.0", "2.0.0");
  ASSERT_TRUE(diff) << diff.error().detail;
  EXPECT_TRUE(diff->from.content.empty());
  EXPECT_EQ(diff->comparison.backward, schema::Effect::Breaking);
  EXPECT_FALSE(diff->comparison.changes.empty());
  const auto tried =
      node().schemas.validate(kAdmin, SchemaId("payments"), "2.0.0", parsed(pool(8)));
  EXPECT_FALSE(tried->report.valid);
  EXPECT_TRUE(node()
                  .schemas.validate(kAdmin, SchemaId("payments"), "latest", parsed(pool(8)))
                  ->report.valid);
}

}  // namespace
}  // namespace hotswap::testing
