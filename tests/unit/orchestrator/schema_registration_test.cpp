#include "unit/orchestrator/schema_world.hpp"

namespace hotswap::testing {
namespace {

using SchemaRegistration = SchemaWorld;

/// Somebody else writes between a use case's reading and its writing.
class RacingStore : public FlakyStore {
 public:
  using FlakyStore::FlakyStore;
  Result<Committed> commit(ChangeSet changes) override {
    if (const auto act = std::exchange(before_commit, {})) act();
    return FlakyStore::commit(std::move(changes));
  }
  Result<std::optional<SchemaRef>> schema_by_uri(const std::string& uri) override {
    auto found = FlakyStore::schema_by_uri(uri);
    if (const auto act = std::exchange(after_uri_read, {})) act();
    return found;
  }
  std::function<void()> before_commit, after_uri_read;
};

TEST_F(SchemaRegistration, TheFirstVersionIsApprovedAndNumberedByTheServer) {
  const auto done = add(pool_schema(10));
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(done->created);
  EXPECT_EQ(done->version.number.str(), "1.0.0");
  EXPECT_EQ(done->version.state, SchemaState::Approved);
  EXPECT_EQ(done->version.author, "dora");
  const auto view = node().schemas.get(kAdmin, SchemaId("payments")).value();
  EXPECT_EQ(view.schema.latest, SemVer(1, 0, 0));
  EXPECT_EQ(view.schema.compatibility, CompatibilityMode::Backward);
  EXPECT_EQ(events("schema.registered").size(), 1u);
  ASSERT_EQ(audit("schema.register").size(), 1u);
  EXPECT_EQ(audit("schema.register").front().resource, "schemas/payments/versions/1.0.0");
}

TEST_F(SchemaRegistration, TheNumberSaysWhatHasChanged) {
  added(pool_schema(10));
  EXPECT_EQ(added(pool_schema(20)).number.str(), "1.1.0");
  EXPECT_EQ(added(R"({"title":"Pool",)" + pool_schema(20).substr(1)).number.str(), "1.1.1");
  const auto breaking = added(pool_schema(5));
  EXPECT_EQ(breaking.number.str(), "2.0.0");
  EXPECT_EQ(breaking.state, SchemaState::PendingApproval);
}

TEST_F(SchemaRegistration, TheSameContentIsTheSameVersion) {
  const auto first = added(pool_schema(10));
  const auto again = add(" " + pool_schema(10));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->version.number, first.number);
  EXPECT_FALSE(add(pool_schema(10), "1.0.0")->created);
  EXPECT_EQ(events("schema.registered").size(), 1u);
}

TEST_F(SchemaRegistration, AnApprovedNumberNeverChanges) {
  added(pool_schema(10), "1.0.0");
  const auto other = add(pool_schema(20), "1.0.0");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::Conflict);
  EXPECT_EQ(other.error().reason, "schema.version_exists");
}

TEST_F(SchemaRegistration, ABreakingVersionWaitsAndPeopleAreTold) {
  added(pool_schema(10));
  const auto pending = added(pool_schema(5));
  EXPECT_EQ(pending.state, SchemaState::PendingApproval);
  ASSERT_EQ(pending.compared.size(), 1u);
  EXPECT_TRUE(breaks(CompatibilityMode::Backward, pending.compared[0].comparison));
  EXPECT_EQ(store_.schema(SchemaId("payments"))->latest, SemVer(1, 0, 0));
  ASSERT_EQ(events("schema.pending").size(), 1u);
  EXPECT_TRUE(events("schema.pending")[0].message.contains("1 change breaks BACKWARD"))
      << events("schema.pending")[0].message;
  const auto outbox = store_.outbox(WallTime::max(), 10).value();
  ASSERT_EQ(outbox.size(), 1u);
  EXPECT_EQ(outbox[0].kind, "notify.warning");
}

TEST_F(SchemaRegistration, WithoutARuleNothingWaitsButTheNumberStillTells) {
  auto first = request(pool_schema(10));
  first.compatibility = CompatibilityMode::None;
  ASSERT_TRUE(node().schemas.add(kAuthor, std::move(first)));
  const auto breaking = added(pool_schema(5));
  EXPECT_EQ(breaking.state, SchemaState::Approved);
  EXPECT_EQ(breaking.number.str(), "2.0.0");
  EXPECT_TRUE(breaking.compared.empty());
}

TEST_F(SchemaRegistration, TransitiveModesLookAtEveryVersion) {
  auto first = request(pool_schema(10));
  first.compatibility = CompatibilityMode::BackwardTransitive;
  ASSERT_TRUE(node().schemas.add(kAuthor, std::move(first)));
  added(pool_schema(20));
  const auto third = added(pool_schema(30));
  ASSERT_EQ(third.compared.size(), 2u);
  EXPECT_EQ(third.compared[0].number.str(), "1.0.0");
  EXPECT_EQ(third.compared[1].number.str(), "1.1.0");
}

TEST_F(SchemaRegistration, ReplacingAPendingVersionVoidsWhatWasDecided) {
  added(pool_schema(10));
  const auto pending = added(pool_schema(5));
  ASSERT_TRUE(decide(pending, false));
  ASSERT_EQ(stored("2.0.0").state, SchemaState::Rejected);
  const auto replaced = add(pool_schema(6), "2.0.0");
  ASSERT_TRUE(replaced) << replaced.error().detail;
  EXPECT_TRUE(replaced->created);
  EXPECT_EQ(stored("2.0.0").state, SchemaState::PendingApproval);
  EXPECT_FALSE(stored("2.0.0").decision);
  EXPECT_EQ(stored("2.0.0").hash, replaced->version.hash);
  EXPECT_EQ(stored("2.0.0").revision, replaced->version.revision);
  EXPECT_TRUE(events("schema.pending").back().message.contains("decision of bob"))
      << events("schema.pending").back().message;
}

TEST_F(SchemaRegistration, AReplacementThatNoLongerBreaksIsApproved) {
  added(pool_schema(10));
  added(pool_schema(5), "2.0.0");
  EXPECT_EQ(added(pool_schema(50), "2.0.0").state, SchemaState::Approved);
  EXPECT_EQ(store_.schema(SchemaId("payments"))->latest, SemVer(2, 0, 0));
}

TEST_F(SchemaRegistration, ADryRunWritesNothing) {
  added(pool_schema(10));
  link("payments");
  stored_version("1.0.0", pool(8));
  auto dry = request(pool_schema(5));
  dry.dry_run = true;
  const auto answer = node().schemas.add(kAuthor, std::move(dry));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->version.number.str(), "2.0.0");
  EXPECT_EQ(answer->version.state, SchemaState::PendingApproval);
  EXPECT_EQ(answer->impact.failing_count, 1u);
  EXPECT_EQ(store_.schema_numbers(SchemaId("payments"), std::nullopt)->size(), 1u);
  EXPECT_TRUE(events("schema.pending").empty());
  EXPECT_TRUE(store_.outbox(WallTime::max(), 10)->empty());
}

TEST_F(SchemaRegistration, ABrokenSchemaIsRefusedWithItsPlace) {
  const auto bad = add(R"({"properties":{"pool":{"type":"number","minimum":"low"}}})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::Invalid);
  EXPECT_EQ(bad.error().reason, "schema.invalid");
  EXPECT_FALSE(bad.error().fields.empty());
  EXPECT_FALSE(store_.schema(SchemaId("payments")));
}

TEST_F(SchemaRegistration, NamesAndNumbersAreChecked) {
  EXPECT_EQ(add(pool_schema(1), {}, "Pay ments").error().reason, "schema.invalid");
  EXPECT_EQ(add(pool_schema(1), "1.0.0+build").error().fields.at(0).path, "$.version");
  EXPECT_EQ(add(R"({"$id":"hotswap:other@1.0.0"})").error().reason, "schema.invalid");
}

TEST_F(SchemaRegistration, AnIdOfAnotherSchemaIsTaken) {
  added(R"({"$id":"https://x.test/pool.json"})", {}, "pool");
  const auto taken = add(R"({"$id":"https://x.test/pool.json"})");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, "schema.uri_taken");
  EXPECT_TRUE(taken.error().detail.contains("pool@1.0.0"));
}

TEST_F(SchemaRegistration, OfTwoSchemasThatTakeTheSameIdAtOnceOneGetsIt) {
  const std::string text = R"({"$id":"https://x.test/pool.json"})";
  RacingStore racing(*memory_);
  Node other(racing, clock_, random_);
  racing.after_uri_read = [&] { added(text, {}, "pool"); };
  const auto late = other.schemas.add(kAuthor, request(text));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "schema.uri_taken");
  EXPECT_FALSE(store_.schema(SchemaId("payments")));
}

TEST_F(SchemaRegistration, AnApprovalComesTooLateForAnIdThatIsGivenAway) {
  added(pool_schema(10));
  const auto pending = added(R"({"$id":"https://x.test/pool.json",)" + pool_schema(5).substr(1));
  ASSERT_EQ(pending.state, SchemaState::PendingApproval);
  RacingStore racing(*memory_);
  Node other(racing, clock_, random_);
  racing.after_uri_read = [&] { added(R"({"$id":"https://x.test/pool.json"})", {}, "pool"); };
  const auto late = other.schemas.decide(
      kOtherAdmin, {pending.schema, pending.number, true, pending.hash, "looked at it"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "schema.uri_taken");
  EXPECT_EQ(stored(pending.number.str()).state, SchemaState::PendingApproval);
}

TEST_F(SchemaRegistration, WhoeverIsOvertakenComparesAnew) {
  added(pool_schema(10));
  RacingStore racing(*memory_);
  Node other(racing, clock_, random_);
  racing.before_commit = [&] { EXPECT_EQ(added(pool_schema(30)).number.str(), "1.1.0"); };
  const auto done = other.schemas.add(kAuthor, request(pool_schema(20)));
  ASSERT_TRUE(done) << done.error().detail;
  const auto& version = done->version;
  EXPECT_EQ(version.number.str(), "2.0.0");
  EXPECT_EQ(version.state, SchemaState::PendingApproval);
}

TEST_F(SchemaRegistration, ViewersMayLookButNotRegister) {
  added(pool_schema(10));
  const Caller viewer = caller_with(Role::Viewer, "vic");
  EXPECT_EQ(node().schemas.add(viewer, request(pool_schema(20))).error().code,
            ErrorCode::Forbidden);
  EXPECT_TRUE(node().schemas.get(viewer, SchemaId("payments")));
  EXPECT_EQ(node().schemas.version(viewer, SchemaId("payments"), "latest")->number.str(), "1.0.0");
  EXPECT_EQ(node().schemas.version(viewer, SchemaId("payments"), "^1")->number.str(), "1.0.0");
  EXPECT_EQ(node().schemas.version(viewer, SchemaId("payments"), "9.0.0").error().reason,
            "schema.version_not_found");
  EXPECT_EQ(node().schemas.version(viewer, SchemaId("payments"), "newest?").error().code,
            ErrorCode::Invalid);
  EXPECT_EQ(node().schemas.get(viewer, SchemaId("nobody")).error().reason, "schema.not_found");
}

}  // namespace
}  // namespace hotswap::testing
