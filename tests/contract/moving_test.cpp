// A database's rows into another one and back, with the proof that none was changed on the way.
#include "infrastructure/postgres/moving.hpp"

#include "contract/moving_fixture.hpp"
#include "infrastructure/postgres/migrations.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/sql/manifest.hpp"
#include "infrastructure/sql/row_digest.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

using Servers = postgres::MovingSide::Servers;

const sql::Catalog& reference() {
  static const sql::Catalog kTables = sqlite::newest_catalog().value();
  return kTables;
}

/// In the order in which they refer to each other.
sql::Catalog moved_tables() {
  return sql::tables_to_move(reference(), reference(), reference()).value();
}

std::uint64_t rows_of(const std::vector<sql::MovedTable>& tables) {
  std::uint64_t rows = 0;
  for (const auto& table : tables) rows += table.rows;
  return rows;
}

class PostgresMoving : public ::testing::Test {
 protected:
  std::string sql(const std::string& text) { return server_.sql(text, database_); }
  [[nodiscard]] std::string dsn() const { return server_.dsn(database_); }
  [[nodiscard]] std::string source() const { return folder_.file("from.db"); }

  Result<std::vector<sql::MovedTable>> to_postgres(const std::string& path) {
    auto from = sqlite::MovingSide::source(path);
    if (!from) return std::unexpected(from.error());
    auto to = postgres::MovingSide::target(dsn());
    if (!to) return std::unexpected(to.error());
    auto moved = sql::move_rows(reference(), **from, **to, {});
    if (!moved) return moved;
    auto done = (*to)->commit();
    EXPECT_TRUE(done.has_value()) << done.error().internal;
    return moved;
  }

  Result<std::vector<sql::MovedTable>> from_postgres(const std::string& path) {
    auto from = postgres::MovingSide::source(dsn(), Servers::MustNotRun);
    if (!from) return std::unexpected(from.error());
    auto to = sqlite::MovingSide::target(path);
    if (!to) return std::unexpected(to.error());
    auto moved = sql::move_rows(reference(), **from, **to, {});
    if (!moved) return moved;
    auto done = (*to)->commit();
    EXPECT_TRUE(done.has_value()) << done.error().internal;
    return moved;
  }

  /// No table that is moved has a row.
  void expect_empty() {
    for (const auto& table : moved_tables())
      EXPECT_EQ(sql("SELECT count(*) FROM \"" + table.name + "\""), "0") << table.name;
  }

  testing::PostgresServer& server_ = postgres_server();
  std::string database_ = new_postgres_database();
  TempFolder folder_;
};

TEST_F(PostgresMoving, there_and_back_odd_rows_of_every_table_stay_what_they_are) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    database_ = new_postgres_database();
    const auto there = folder_.file(std::to_string(seed) + ".db");
    const auto back = folder_.file(std::to_string(seed) + "-back.db");
    auto session = new_sqlite(there);
    OddRows(*session, seed).fill(moved_tables(), 40);
    for (const auto& table : moved_tables())
      EXPECT_TRUE(sql::exists(*session, "SELECT 1 FROM \"" + table.name + "\"", {}).value())
          << table.name << " has no row to move";
    const auto moved = to_postgres(there);
    ASSERT_TRUE(moved.has_value()) << moved.error().detail << moved.error().internal;
    EXPECT_GT(rows_of(*moved), 500U);
    const auto returned = from_postgres(back);
    ASSERT_TRUE(returned.has_value()) << returned.error().detail << returned.error().internal;
    for (std::size_t i = 0; i < moved->size(); ++i)
      EXPECT_EQ((*moved)[i].hash, (*returned)[i].hash) << (*moved)[i].name;
    EXPECT_EQ(differences(*session, back, moved_tables()), std::vector<std::string>());
  }
}

TEST_F(PostgresMoving, the_tables_of_both_databases_are_all_moved_or_known_to_stay) {
  auto pg = postgres::MovingSide::source(dsn(), Servers::MustNotRun).value();
  const auto theirs = pg->catalog().value();
  const auto same = sql::tables_to_move(reference(), reference(), theirs);
  ASSERT_TRUE(same.has_value()) << same.error().detail;
  EXPECT_GE(same->size(), 20U);
  std::set<std::string> staying;
  for (const auto& table : theirs)
    if (!sql::is_moved(table.name)) staying.insert(table.name);
  EXPECT_EQ(staying, (std::set<std::string>{"schema_version", "nodes", "change_log", "writers"}));
}

TEST_F(PostgresMoving, numbers_go_on_behind_those_of_rows_that_are_gone) {
  auto session = new_sqlite(source());
  ASSERT_TRUE(session
                  ->script("INSERT INTO events VALUES (41, 0, 'a', '', '', '', '', '', 'null'), "
                           "(70, 0, 'b', '', '', '', '', '', 'null'); "
                           "DELETE FROM events WHERE sequence = 70")
                  .has_value());
  ASSERT_TRUE(to_postgres(source()).has_value());
  auto store = PostgresStore::open({.dsn = dsn(), .writer = "w", .readers = 1}).value();
  const auto event = store->commit({change::AppendEvent{sample_event("next")}});
  EXPECT_EQ(event.value().events.at(0).sequence, 71U);
  store.reset();
  ASSERT_TRUE(from_postgres(folder_.file("back.db")).has_value());
  auto file = SqliteStore::open({.path = folder_.file("back.db")}).value();
  EXPECT_EQ(file->commit({change::AppendEvent{sample_event("next")}}).value().events.at(0).sequence,
            72U);
}

TEST_F(PostgresMoving, a_target_that_holds_rows_is_refused_and_keeps_them) {
  new_sqlite(source());
  sql("INSERT INTO channels VALUES ('c', '', '', '', '', '', 0)");
  const auto moved = to_postgres(source());
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().reason, "moving.not_empty");
  EXPECT_TRUE(moved.error().detail.contains("channels has 1 rows")) << moved.error().detail;
  EXPECT_EQ(sql("SELECT count(*) FROM channels"), "1");
}

TEST_F(PostgresMoving, a_target_on_which_servers_run_is_refused) {
  new_sqlite(source());
  auto store = PostgresStore::open({.dsn = dsn(), .writer = "w", .readers = 1}).value();
  ASSERT_TRUE(store->ping().has_value());
  EXPECT_EQ(to_postgres(source()).error().reason, "moving.in_use");
  EXPECT_EQ(postgres::MovingSide::source(dsn(), Servers::MustNotRun).error().reason,
            "moving.in_use");
  EXPECT_TRUE(postgres::MovingSide::source(dsn(), Servers::MayRun).has_value());
}

TEST_F(PostgresMoving, text_that_postgresql_cannot_hold_is_named_and_nothing_is_kept) {
  for (const std::string text : {"X'610062'", "X'C328'"}) {
    const auto path = folder_.file(text.substr(2, 4) + ".db");
    auto session = new_sqlite(path);
    OddRows(*session, 1).fill(moved_tables(), 5);
    ASSERT_TRUE(session
                    ->script("DELETE FROM traffic; INSERT INTO traffic VALUES ('shop', 'Test', "
                             "'', '', 0, '', 0, CAST(" +
                             text + " AS TEXT), '', '', 0, 0)")
                    .has_value());
    const auto moved = to_postgres(path);
    ASSERT_FALSE(moved.has_value());
    EXPECT_EQ(moved.error().reason, "moving.value");
    EXPECT_TRUE(moved.error().detail.contains("traffic (service=shop, environment=Test)"))
        << moved.error().detail;
    expect_empty();
  }
}

TEST_F(PostgresMoving, a_value_of_another_type_than_its_column_is_named) {
  auto session = new_sqlite(source());
  ASSERT_TRUE(session
                  ->script("INSERT INTO channels VALUES ('plain', '', '', '', '', '', 0), "
                           "('edited', '', '', '', '', '', 'yesterday')")
                  .has_value());
  const auto moved = to_postgres(source());
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().reason, "moving.value");
  EXPECT_TRUE(moved.error().detail.contains("channels (name=edited)")) << moved.error().detail;
  expect_empty();
}

TEST_F(PostgresMoving, rows_that_arrive_changed_are_found_and_nothing_is_kept) {
  auto session = new_sqlite(source());
  OddRows(*session, 4).fill(moved_tables(), 5);
  sql("CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN NEW.message := NEW.message || ' '; RETURN NEW; END $$");
  sql("CREATE TRIGGER meddle BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION meddle()");
  const auto moved = to_postgres(source());
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().reason, "moving.unequal");
  EXPECT_TRUE(moved.error().detail.contains("Table events")) << moved.error().detail;
  expect_empty();
}

TEST_F(PostgresMoving, a_table_that_would_be_left_behind_is_told) {
  auto session = new_sqlite(source());
  ASSERT_TRUE(session->script("CREATE TABLE notes (x TEXT)").has_value());
  const auto moved = to_postgres(source());
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().reason, "moving.shape");
  EXPECT_TRUE(moved.error().detail.contains("notes")) << moved.error().detail;
}

TEST_F(PostgresMoving, databases_of_another_version_are_refused) {
  auto session = new_sqlite(source());
  ASSERT_TRUE(
      session->script("INSERT INTO schema_version (version, name) VALUES (999, 'x')").has_value());
  EXPECT_EQ(to_postgres(source()).error().reason, "store.newer_database");
  ASSERT_TRUE(session->script("DELETE FROM schema_version WHERE version > 1").has_value());
  EXPECT_EQ(to_postgres(source()).error().reason, "store.older_schema");
  ASSERT_TRUE(session->script("DROP TABLE schema_version").has_value());
  EXPECT_EQ(to_postgres(source()).error().reason, "store.foreign_database");
  EXPECT_EQ(to_postgres(folder_.file("nowhere.db")).error().reason, "moving.no_database");
  sql("INSERT INTO schema_version (version, name) VALUES (999, 'x')");
  EXPECT_EQ(from_postgres(folder_.file("to.db")).error().reason, "store.newer_database");
}

TEST_F(PostgresMoving, what_is_copied_while_servers_write_is_one_moment) {
  auto store = PostgresStore::open({.dsn = dsn(), .writer = "w", .readers = 1}).value();
  const auto both = [&](int i) {
    return store->commit({change::AppendEvent{sample_event(std::to_string(i))},
                          change::AppendAudit{sample_audit(std::to_string(i))}});
  };
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(both(i).has_value());
  const auto path = folder_.file("copy.db");
  {
    std::jthread writer([&](const std::stop_token& stop) {
      for (int i = 50; !stop.stop_requested(); ++i) EXPECT_TRUE(both(i).has_value());
    });
    auto from = postgres::MovingSide::source(dsn(), Servers::MayRun).value();
    auto to = sqlite::MovingSide::target(path).value();
    const auto moved = sql::move_rows(reference(), *from, *to, {});
    ASSERT_TRUE(moved.has_value()) << moved.error().detail << moved.error().internal;
    ASSERT_TRUE(to->commit().has_value());
  }
  auto copy = SqliteStore::open({.path = path}).value();
  const auto events = copy->events({}, 0, 1'000'000).value();
  EXPECT_GE(events.size(), 50U);
  EXPECT_EQ(copy->audit_after(0, 1'000'000).value().size(), events.size());
  std::string hash;
  for (const auto& entry : copy->audit_after(0, 1'000'000).value()) {
    EXPECT_EQ(chain_hash(hash, entry), entry.hash);
    hash = entry.hash;
  }
}

TEST(RowDigestOf, rows_tells_apart_what_is_not_the_same) {
  using Row = std::vector<sql::Param>;
  const std::vector<std::vector<Row>> kinds = {
      {},
      {{}},
      {{}, {}},
      {{sql::Param(std::nullopt)}},
      {{sql::Param(std::string_view())}},
      {{sql::Param(std::string_view("n"))}},
      {{sql::Param(std::string_view("0"))}},
      {{sql::Param(std::int64_t{0})}},
      {{sql::Param(std::int64_t{-1})}},
      {{sql::Param(std::string_view("ab")), sql::Param(std::string_view("c"))}},
      {{sql::Param(std::string_view("a")), sql::Param(std::string_view("bc"))}},
      {{sql::Param(std::string_view("ab"))}, {sql::Param(std::string_view("c"))}},
      {{sql::Param(std::string_view("c"))}, {sql::Param(std::string_view("ab"))}}};
  std::set<std::string> hashes;
  for (const auto& rows : kinds) {
    sql::RowDigest digest;
    for (const auto& row : rows) digest.add(row);
    EXPECT_EQ(digest.rows(), rows.size());
    EXPECT_TRUE(hashes.insert(digest.hex()).second);
  }
}

TEST(Manifest, tells_which_table_of_a_backup_was_changed) {
  const TempFolder folder;
  const auto path = folder.file("backup.db");
  auto session = new_sqlite(path);
  OddRows(*session, 5).fill(moved_tables(), 5);
  const auto look = [&] {
    sqlite::MovingSide side(*session);
    return sql::digest_rows(reference(), side, {}).value();
  };
  EXPECT_FALSE(sql::read_manifest(*session).value().has_value());
  ASSERT_TRUE(sql::write_manifest(*session, look()).has_value());
  const auto written = sql::read_manifest(*session).value();
  ASSERT_TRUE(written.has_value());
  EXPECT_TRUE(sql::expect_as_written(*written, look()).has_value());
  ASSERT_TRUE(session->script("UPDATE instances SET hostname = hostname || '!'").has_value());
  const auto changed = sql::expect_as_written(*written, look());
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().reason, "backup.damaged");
  EXPECT_TRUE(changed.error().detail.contains("Table instances")) << changed.error().detail;
}

}  // namespace
}  // namespace hotswap::contract
