#include <set>

#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "domain/erasure/audit_eraser.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

using erasure::Eraser;
using erasure::Place;

const ProfileName kProfile("payments.production");
const Eraser kAnn("ann", "erased-1");

erasure::Erasure sample_erasure(const std::string& id) {
  erasure::Erasure erasure;
  erasure.id = id;
  erasure.reason = "asked for";
  erasure.by = "root";
  erasure.started = at(5);
  erasure.proof = {"salt", 1, "hash"};
  erasure.after = {"a", "b"};
  return erasure;
}

class StoreErasure : public StoreContract {
 protected:
  /// Keys of all rows that hold ann's name, page by page.
  std::vector<std::vector<std::string>> found(Place place, std::size_t scan = 100) {
    std::vector<std::vector<std::string>> keys;
    std::vector<std::string> after;
    do {
      auto page = store().texts(place, kAnn, after, scan);
      if (!page) {
        ADD_FAILURE() << page.error().internal;
        return keys;
      }
      for (auto& row : page->rows) keys.push_back(row.key);
      after = page->last;
    } while (!after.empty());
    return keys;
  }
  erasure::TextRow row(Place place) { return store().texts(place, kAnn, {}, 100)->rows.at(0); }
};
HS_STORE_CONTRACT(StoreErasure);

TEST_P(StoreErasure, records_are_kept_by_revision_and_listed_newest_first) {
  auto first = sample_erasure("00000001");
  put({change::PutErasure{first}, change::PutErasure{sample_erasure("00000002")}});
  refused({change::PutErasure{first}}, ErrorCode::Conflict, "erasure.overtaken");
  first.revision = 1;
  first.step = erasure::Step::Done;
  first.finished = at(9);
  put({change::PutErasure{first}});
  refused({change::PutErasure{first}}, ErrorCode::Conflict, "erasure.overtaken");
  first.revision = 2;
  EXPECT_EQ(store().erasure("00000001").value(), first);
  EXPECT_EQ(store().erasure("nobody").error().reason, "erasure.not_found");
  const auto page = store().erasures({.limit = 1}).value();
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].id, "00000002");
  const auto rest = store().erasures({.limit = 1, .cursor = page.next_cursor}).value();
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items[0].id, "00000001");
  EXPECT_TRUE(rest.next_cursor.empty());
}

TEST_P(StoreErasure, rows_that_hold_a_name_are_found_page_by_page) {
  put({change::InsertProfile{sample_profile()}});
  std::vector<std::vector<std::string>> expected;
  for (const auto* number : {"1.0.0", "1.1.0", "1.2.0", "1.3.0"}) {
    auto version = sample_version(kProfile.str(), number);
    if (std::string_view(number) == "1.1.0") version.author = "bob";
    put({change::InsertVersion{version}});
    if (version.author == "ann") expected.push_back({kProfile.str(), number});
  }
  for (const std::size_t scan : {1U, 2U, 100U})
    EXPECT_EQ(found(Place::Versions, scan), expected) << scan;
}

TEST_P(StoreErasure, texts_are_rewritten_and_nothing_else) {
  auto profile = sample_profile();
  profile.description = "ann's own";
  profile.labels["owner"] = "ann";
  put({change::InsertProfile{profile}, change::InsertProfile{sample_profile("other")}});
  const auto was = store().texts(Place::Profiles, kAnn, {}, 100)->rows;
  ASSERT_EQ(was.size(), 2U);
  const auto plan = erasure::plan(erasure::spec_of(Place::Profiles), was[1], kAnn);
  ASSERT_TRUE(plan.changed);
  EXPECT_FALSE(plan.left);
  put({change::PutTexts{Place::Profiles, {{was[1], *plan.changed}}}});
  auto expected = profile;
  expected.description = "erased-1's own";
  expected.labels["owner"] = "erased-1";
  expected.access.owners = {"team:payments", "erased-1"};
  expected.created_by = "erased-1";
  ++expected.revision;
  expect_same(store().profile(kProfile).value(), expected);
  EXPECT_EQ(store().profiles({.label_key = "owner", .label_value = "erased-1"}, {})->items.size(),
            1U);
  EXPECT_EQ(store().profile(ProfileName("other"))->created_by, "ann");
  // What others had read is stale now.
  refused({change::UpdateProfile{profile}}, ErrorCode::Conflict, "config.changed");
  refused({change::PutTexts{Place::Profiles, {{was[1], *plan.changed}}}}, ErrorCode::Conflict,
          "erasure.overtaken");
}

TEST_P(StoreErasure, deployments_stay_readable) {
  auto deployment = sample_deployment("d-1");
  deployment.reason = "ann wants it";
  deployment.created_by = "ann";
  deployment.state = Paused{{}, {}, "by ann", at(3)};
  put({change::InsertProfile{sample_profile()}, change::InsertDeployment{deployment}});
  const auto was = row(Place::Deployments);
  const auto plan = erasure::plan(erasure::spec_of(Place::Deployments), was, kAnn);
  ASSERT_TRUE(plan.changed);
  put({change::PutTexts{Place::Deployments, {{was, *plan.changed}}}});
  auto expected = store().deployment(DeploymentId("d-1")).value();
  EXPECT_EQ(expected.created_by, "erased-1");
  EXPECT_EQ(expected.reason, "erased-1 wants it");
  EXPECT_EQ(std::get<Paused>(expected.state).reason, "by erased-1");
  EXPECT_EQ(expected.revision, deployment.revision + 1);
  EXPECT_TRUE(found(Place::Deployments).empty());
  refused({change::UpdateDeployment{deployment}}, ErrorCode::Conflict, "deployment.changed");
}

TEST_P(StoreErasure, rows_go_as_a_whole) {
  const auto expires = at(0) + std::chrono::hours(24);
  put({change::PutIdempotent{"key-1", "h", 201, "{}", R"({"createdBy":"ann"})", expires},
       change::PutIdempotent{"key-2", "h", 201, "{}", R"({"createdBy":"bob"})", expires}});
  const auto keys = found(Place::Idempotent);
  ASSERT_EQ(keys, (std::vector<std::vector<std::string>>{{"key-1"}}));
  put({change::RemoveRows{Place::Idempotent, keys}, change::RemoveRows{Place::Idempotent, keys}});
  EXPECT_EQ(*store().idempotent("key-1", at(1)), std::nullopt);
  EXPECT_TRUE(store().idempotent("key-2", at(1))->has_value());
}

TEST_P(StoreErasure, an_audit_entry_gives_its_name_away_and_the_chain_holds) {
  auto salted = sample_audit("b");
  salted.salt = std::string(32, 'b');
  put({change::AppendAudit{sample_audit("a")}, change::AppendAudit{salted}});
  const auto before = store().audit_after(0, 10).value();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(before[1].salt, salted.salt);
  const Eraser name(salted.actor, "erased-1");
  ChangeSet changes;
  BatchProof proof;
  for (AuditEntry entry : before) {
    ASSERT_TRUE(erasure::erase(entry, name, "1", 1));
    proof.add(entry, entry.erased.marks.back());
    changes.push_back(change::ReplaceAudit{entry, {}});
  }
  auto record = sample_audit(std::string(kErasureBatch));
  record.actor = "root";
  record.detail = proof_text("1", 1, proof);
  changes.push_back(change::AppendAudit{record});
  const auto again = changes;
  put(changes);
  refused(again, ErrorCode::Conflict, "erasure.overtaken");
  ChainCheck check;
  const auto after = store().audit_after(0, 10).value();
  ASSERT_EQ(after.size(), 3U);
  for (const auto& entry : after) EXPECT_TRUE(check.add(entry)) << entry.sequence;
  EXPECT_EQ(check.finish()->erased, 2U);
  EXPECT_EQ(after[0].actor, "erased-1");
  EXPECT_EQ(after[0].hash, before[0].hash);
  EXPECT_TRUE(after[1].salt.empty());
  EXPECT_EQ(store().audit({.actor = "erased-1"}, {})->items.size(), 2U);
}

TEST_P(StoreErasure, versions_go_some_at_a_time_with_their_tags) {
  put({change::InsertProfile{sample_profile()}, change::InsertProfile{sample_profile("other")},
       change::InsertVersion{sample_version("other", "1.0.0")}});
  for (const auto* number : {"1.0.0", "1.1.0", "1.2.0"})
    put({change::InsertVersion{sample_version(kProfile.str(), number)},
         change::PutTag{kProfile, std::string("t") + number[2], ver(number)}});
  EXPECT_EQ(put({change::EraseVersions{kProfile, 2}}).erased.at("versions"), 2U);
  EXPECT_EQ(store().version_numbers(kProfile).value(), std::vector{ver("1.2.0")});
  EXPECT_EQ(*store().tagged(kProfile, "t0"), std::nullopt);
  EXPECT_EQ(*store().tagged(kProfile, "t2"), ver("1.2.0"));
  EXPECT_EQ(put({change::EraseVersions{kProfile, 2}}).erased.at("versions"), 1U);
  EXPECT_TRUE(put({change::EraseVersions{kProfile, 2}}).erased.empty());
  EXPECT_EQ(store().version_numbers(ProfileName("other"))->size(), 1U);
}

TEST_P(StoreErasure, history_goes_some_rows_at_a_time) {
  auto done = sample_deployment("d-1");
  done.state = Succeeded{at(40)};
  const auto targets = done.targets.size();
  ASSERT_GT(targets, 0U);
  auto other = sample_deployment("d-2", "other");
  other.state = Succeeded{at(40)};
  auto foreign = sample_event("b");
  foreign.profile = ProfileName("other");
  put({change::InsertProfile{sample_profile()}, change::InsertProfile{sample_profile("other")},
       change::InsertDeployment{done}, change::InsertDeployment{other},
       change::AppendHealthRecord{sample_record("d-1")}, change::AppendEvent{sample_event("a")},
       change::AppendEvent{foreign}});
  std::map<std::string, std::uint64_t> erased;
  for (int rounds = 0; rounds < 100; ++rounds) {
    const auto committed = put({change::EraseHistory{kProfile, 1}});
    if (committed.erased.empty()) break;
    std::uint64_t rows = 0;
    for (const auto& [table, count] : committed.erased) {
      erased[table] += count;
      rows += count;
    }
    EXPECT_EQ(rows, 1U);
  }
  EXPECT_EQ(erased, (std::map<std::string, std::uint64_t>{{"health_records", 1},
                                                          {"deployment_targets", targets},
                                                          {"deployments", 1},
                                                          {"events", 1}}));
  EXPECT_EQ(store().deployment(DeploymentId("d-1")).error().reason, "deployment.not_found");
  EXPECT_EQ(store().deployments({}, {})->items.size(), 1U);
  EXPECT_EQ(store().deployment(DeploymentId("d-2"))->targets.size(), other.targets.size());
  EXPECT_EQ(store().events({}, 0, 10)->size(), 1U);
}

TEST_P(StoreErasure, nothing_goes_while_a_deployment_runs) {
  put({change::InsertProfile{sample_profile()},
       change::InsertVersion{sample_version(kProfile.str(), "1.0.0")},
       change::InsertDeployment{sample_deployment("d-1")}});
  refused({change::EraseVersions{kProfile, 9}}, ErrorCode::Conflict, "deployment.already_active");
  refused({change::EraseHistory{kProfile, 9}}, ErrorCode::Conflict, "deployment.already_active");
  EXPECT_EQ(store().version_numbers(kProfile)->size(), 1U);
}

TEST_P(StoreErasure, a_schema_goes_once_nobody_follows_it) {
  put({change::InsertSchema{sample_schema("payments-schema")},
       change::InsertSchemaVersion{sample_schema_version("payments-schema", "1.0.0")},
       change::InsertProfile{sample_profile()}});
  refused({change::DeleteSchema{SchemaId("payments-schema")}}, ErrorCode::Conflict,
          "schema.in_use");
  put({change::DeleteProfile{kProfile}, change::DeleteSchema{SchemaId("payments-schema")}});
  EXPECT_EQ(store().schema(SchemaId("payments-schema")).error().reason, "schema.not_found");
  EXPECT_TRUE(store().schema_numbers(SchemaId("payments-schema"), std::nullopt)->empty());
}

TEST(ErasurePlaces, name_every_column_of_text_that_the_database_has) {
  const TempFolder folder;
  const auto path = folder.file("hotswap.db");
  ASSERT_TRUE(SqliteStore::open({.path = path}));
  RawDatabase database(path);
  std::set<std::string> known;
  for (int place = 0; place < erasure::kPlaceCount; ++place) {
    const auto& spec = erasure::spec_of(static_cast<Place>(place));
    for (const auto& column : spec.columns)
      known.insert(std::string(spec.table) + '.' + std::string(column.name));
  }
  for (const auto column : erasure::columns_without_names()) known.emplace(column);
  const std::string all =
      "(SELECT m.name || '.' || c.name AS id FROM sqlite_master m, pragma_table_info(m.name) c "
      "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND upper(c.type) LIKE '%TEXT%')";
  std::set<std::string> stored;
  for (std::string last;
       !(last = database.text("SELECT min(id) FROM " + all + " WHERE id > '" + last + "'"))
            .empty();)
    stored.insert(last);
  ASSERT_GT(stored.size(), 100U);
  for (const auto& column : stored)
    EXPECT_TRUE(known.contains(column))
        << column << " may hold a name: say in domain/erasure/place.cpp and docs/erasure.md what "
        << "an erasure does to it";
}

}  // namespace
}  // namespace hotswap::contract
