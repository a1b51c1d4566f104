// Schemas in a file: over a restart, and in a database that an older program made.
#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/sql/migrate.hpp"
#include "infrastructure/sqlite/migrations.hpp"
#include "infrastructure/sqlite/session.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

const SchemaId kId("payments");

class SqliteSchemas : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("hotswap.db"); }
  [[nodiscard]] std::unique_ptr<Store> open() const { return open_store(Kind::Sqlite, folder_); }
  /// A database as the program before the second migration made it.
  void make_old() const {
    auto session =
        sqlite::Session::open(path(), sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
            .value();
    ASSERT_TRUE(sql::migrate(*session, sqlite::migrations().first(1)).has_value());
  }
  TempFolder folder_;
};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string old_profile(const std::string& name, const std::string& schema_id) {
  const auto p = sample_profile(name);
  return "INSERT INTO profiles VALUES (" + quoted(name) + ", 'd', '{\"team\":\"payments\"}', " +
         "'payments', 'Production', " + quoted(schema_id) + ", " +
         quoted(json::write(to_json(p.strategy))) + ", " + quoted(json::write(to_json(p.health))) +
         ", " + quoted(json::write(to_json(p.access))) + ", 'ann', 1000, 2000, 7, '1.0.0', 3);";
}

std::string old_rows() {
  const auto d = sample_deployment("d-1");
  return old_profile("followed", "payments") + old_profile("plain", "") +
         old_profile("spaced", "Our Schema@home") +
         "INSERT INTO versions (profile, number, hash, size, author, message, created_at, "
         "failed_reason, content) VALUES ('followed', '1.0.0', 'h', 2, 'ann', 'm', 3000, '', '{}');"
         "INSERT INTO tags VALUES ('followed', 'stable', 'stable', '1.0.0');"
         "INSERT INTO instances VALUES ('i-1', 'payments', 'Production', 'host', 80, '3.1', '', "
         "'{}', '', '', 'Healthy', 4000, 5000);"
         "INSERT INTO assignments VALUES ('followed', 'i-1', '1.0.0', 'h', 3, NULL, NULL, NULL);"
         "INSERT INTO deployments (id, profile, service, environment, version, hash, strategy, "
         "health, plan, partial, forced, reason, created_by, created_at, state_name, active, "
         "state, revision, trace_id) VALUES ('d-1', 'followed', 'payments', 'Production', "
         "'1.0.0', 'h', " +
         quoted(json::write(to_json(d.strategy))) + ", " + quoted(json::write(to_json(d.health))) +
         ", " + quoted(json::write(to_json(d.plan))) +
         ", 0, 0, 'r', 'olga', 6000, 'Planned', 1, '{\"name\":\"Planned\"}', 2, 't');";
}

TEST_F(SqliteSchemas, are_kept_over_a_restart) {
  auto pending = sample_schema_version("payments", "2.0.0", SchemaState::PendingApproval);
  pending.decision = SchemaDecision{"olga", at(20), "hm", pending.hash};
  ASSERT_TRUE(open()
                  ->commit({change::InsertSchema{sample_schema()},
                            change::InsertSchemaVersion{sample_schema_version("payments", "1.0.0")},
                            change::InsertSchemaVersion{pending}})
                  .has_value());
  auto store = open();
  auto expected = sample_schema();
  expected.latest = ver("1.0.0");
  expect_same(store->schema(kId).value(), expected);
  expect_same(store->schema_version(kId, ver("1.0.0")).value(),
              sample_schema_version("payments", "1.0.0"));
  expect_same(store->schema_version(kId, ver("2.0.0")).value(), pending);
  EXPECT_EQ(store->schema_by_uri(pending.uri)->value().number, ver("1.0.0"));
}

TEST_F(SqliteSchemas, an_older_database_comes_up_with_all_that_it_held) {
  make_old();
  RawDatabase(path()).run(old_rows());
  auto store = open();
  const auto profile = store->profile(ProfileName("followed")).value();
  EXPECT_EQ(profile.schema_id, "payments");
  EXPECT_EQ(profile.strategy, sample_profile().strategy);
  EXPECT_EQ(profile.revision, 7U);
  EXPECT_EQ(profile.stable, ver("1.0.0"));
  const auto version = store->version(ProfileName("followed"), ver("1.0.0")).value();
  EXPECT_EQ(version.schema, "");
  EXPECT_EQ(version.content, "{}");
  EXPECT_EQ(version.tags, std::vector<std::string>{"stable"});
  EXPECT_TRUE(store->instance(InstanceId("i-1"))->schemas.empty());
  EXPECT_EQ(store->assignments_of(ProfileName("followed"))->size(), 1U);
  const auto deployment = store->active_deployment(ProfileName("followed")).value();
  ASSERT_TRUE(deployment.has_value());
  EXPECT_EQ(deployment->fit, FleetFit());
  EXPECT_TRUE(store->schemas({}, {})->items.empty());
}

TEST_F(SqliteSchemas, an_older_databases_profiles_are_found_by_their_schema) {
  make_old();
  RawDatabase(path()).run(old_rows());
  auto store = open();
  ASSERT_EQ(store->profiles_linked(kId)->size(), 1U);
  EXPECT_EQ(store->profiles_linked(kId)->front().name.str(), "followed");
  // An older program took any text; it is kept, and stands in nobody's way.
  EXPECT_EQ(store->profile(ProfileName("spaced"))->schema_id, "Our Schema@home");
  EXPECT_EQ(store->profiles_linked(SchemaId("Our Schema"))->size(), 1U);
  EXPECT_EQ(RawDatabase(path()).text("SELECT schema_id FROM profiles WHERE name = 'plain'"), "");
}

TEST_F(SqliteSchemas, an_older_database_can_be_worked_on_with_all_that_is_new) {
  make_old();
  RawDatabase(path()).run(old_rows());
  auto store = open();
  auto profile = store->profile(ProfileName("plain")).value();
  profile.schema_id = "payments@^1";
  auto version = sample_version("followed", "1.1.0");
  auto deployment = store->deployment(DeploymentId("d-1")).value();
  deployment.fit = sample_deployment("d-1").fit;
  ASSERT_TRUE(store
                  ->commit({change::InsertSchema{sample_schema()},
                            change::InsertSchemaVersion{sample_schema_version("payments", "1.0.0")},
                            change::UpdateProfile{profile}, change::InsertVersion{version},
                            change::PutInstance{sample_instance("i-1")},
                            change::UpdateDeployment{deployment}})
                  .has_value());
  EXPECT_EQ(store->profiles_linked(kId)->size(), 2U);
  expect_same(store->version(ProfileName("followed"), ver("1.1.0")).value(), version);
  EXPECT_EQ(store->instance(InstanceId("i-1")).value(), sample_instance("i-1"));
  EXPECT_EQ(store->deployment(DeploymentId("d-1"))->fit, deployment.fit);
  EXPECT_EQ(RawDatabase(path()).text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(RawDatabase(path()).text("PRAGMA foreign_key_check"), "");
}

TEST_F(SqliteSchemas, a_database_made_at_once_and_one_that_grew_have_the_same_tables) {
  const TempFolder fresh;
  open_store(Kind::Sqlite, fresh).reset();
  make_old();
  open().reset();
  const std::string tables =
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master "
      "WHERE sql IS NOT NULL ORDER BY name)";
  EXPECT_EQ(RawDatabase(path()).text(tables), RawDatabase(fresh.file("hotswap.db")).text(tables));
}

TEST_F(SqliteSchemas, one_that_is_damaged_is_told_and_others_are_still_read) {
  auto store = open();
  ASSERT_TRUE(
      store
          ->commit({change::InsertSchema{sample_schema()},
                    change::InsertSchemaVersion{sample_schema_version("payments", "1.0.0")},
                    change::InsertSchemaVersion{sample_schema_version("payments", "1.1.0")}})
          .has_value());
  RawDatabase raw(path());
  for (const auto* damage : {"compared = '{}'", "compared = '[{\"version\":\"x\"}]'",
                             "outside = '[]'", "state = 'Maybe'", "decision = '{\"by\":1}'"}) {
    raw.run("BEGIN");
    raw.run(std::string("UPDATE registered_schema_versions SET ") + damage +
            " WHERE number = '1.0.0'");
    raw.run("COMMIT");
    EXPECT_EQ(store->schema_version(kId, ver("1.0.0")).error().reason, "store.corrupt") << damage;
    raw.run(
        "UPDATE registered_schema_versions SET compared = '[]', outside = '{}', state = "
        "'Approved', decision = NULL");
  }
  EXPECT_TRUE(store->schema_version(kId, ver("1.1.0")).has_value());
}

TEST_F(SqliteSchemas, are_found_by_index) {
  open().reset();
  RawDatabase raw(path());
  constexpr int kDetail = 3;
  EXPECT_EQ(raw.text("EXPLAIN QUERY PLAN SELECT name FROM profiles WHERE schema_id = $1 AND "
                     "schema_id <> '' ORDER BY name",
                     kDetail),
            "SEARCH profiles USING COVERING INDEX profiles_by_schema (schema_id=?)");
  EXPECT_EQ(raw.text("EXPLAIN QUERY PLAN SELECT schema, number FROM registered_schema_versions "
                     "WHERE uri = $1 AND uri <> '' AND state = $2",
                     kDetail),
            "SEARCH registered_schema_versions USING INDEX registered_schema_versions_by_uri "
            "(uri=?)");
}

}  // namespace
}  // namespace hotswap::contract
