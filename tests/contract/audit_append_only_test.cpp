// Whoever writes the databases by hand is refused by them: the audit only grows.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "contract/store_fixture.hpp"
#include "domain/audit/chain_check.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

constexpr auto kRefusal = "append-only";

/// A database with entries, a head and an anchor at the second entry, and a way past the store.
class AppendOnly : public ::testing::TestWithParam<Kind> {
 protected:
  AppendOnly() {
    if (GetParam() == Kind::Postgres) {
      database_ = new_postgres_database();
      auto opened = PostgresStore::open(
          {.dsn = postgres_server().dsn(database_), .writer = "w", .readers = 1});
      EXPECT_TRUE(opened) << opened.error().detail;
      store_ = std::move(*opened);
    } else {
      auto opened = SqliteStore::open({.path = path()});
      EXPECT_TRUE(opened) << opened.error().detail;
      store_ = std::move(*opened);
    }
    for (int i = 0; i < 4; ++i)
      EXPECT_TRUE(store_->commit({change::AppendAudit{sample_audit("config.update")}}));
    const auto entries = store_->audit_after(0, 10).value();
    ChainCheck check;
    EXPECT_TRUE(check.add(entries[0]) && check.add(entries[1]));
    EXPECT_TRUE(store_->commit({change::PutCheckpoint{
        {.sequence = 2, .hash = entries[1].hash, .anchor = check.state()}}}));
    EXPECT_TRUE(store_->commit({change::PutCheckpoint{{.sequence = 4, .hash = entries[3].hash}}}));
  }
  [[nodiscard]] std::string path() const { return folder_.file("hotswap.db"); }

  /// What the database says to the statement; empty: nothing against it.
  std::string objection(const std::string& statement) {
    if (GetParam() == Kind::Postgres) {
      const auto said = postgres_server().sql(
          "CREATE OR REPLACE FUNCTION pg_temp.said() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN " +
              statement +
              "; RETURN ''; EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $f$; "
              "SELECT pg_temp.said()",
          database_);
      return said;
    }
    sqlite3* handle = nullptr;
    EXPECT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
    char* message = nullptr;
    sqlite3_exec(handle, statement.c_str(), nullptr, nullptr, &message);
    std::string said = message == nullptr ? "" : message;
    sqlite3_free(message);
    sqlite3_close(handle);
    return said;
  }

  TempFolder folder_;
  std::string database_;
  std::unique_ptr<Store> store_;
};
INSTANTIATE_TEST_SUITE_P(Stores, AppendOnly, ::testing::Values(Kind::Sqlite, Kind::Postgres),
                         [](const auto& info) { return name_of(info.param); });

TEST_P(AppendOnly, entries_cannot_be_changed) {
  for (const auto* statement :
       {"UPDATE audit SET actor = 'nobody' WHERE sequence = 3", "UPDATE audit SET detail = ''",
        "UPDATE audit SET hash = 'x', erased = 'longer' WHERE sequence = 3",
        "UPDATE audit SET outcome = 'success', action = 'x', erased = 'longer'",
        "UPDATE audit SET sequence = 30, erased = 'longer' WHERE sequence = 3",
        "UPDATE audit SET erased = ''"})
    EXPECT_TRUE(objection(statement).contains(kRefusal)) << statement << objection(statement);
  EXPECT_EQ(store_->audit_after(0, 10)->size(), 4U);
}

TEST_P(AppendOnly, entries_cannot_be_removed_but_behind_an_anchor) {
  for (const auto* statement : {"DELETE FROM audit", "DELETE FROM audit WHERE sequence = 4",
                                "DELETE FROM audit WHERE sequence = 3"})
    EXPECT_TRUE(objection(statement).contains(kRefusal)) << statement;
  if (GetParam() == Kind::Postgres) {
    EXPECT_TRUE(objection("TRUNCATE audit").contains(kRefusal));
  }
  EXPECT_EQ(store_->audit_after(0, 10)->size(), 4U);
  EXPECT_EQ(objection("DELETE FROM audit WHERE sequence <= 2"), "");
  EXPECT_EQ(store_->audit_after(0, 10)->size(), 2U);
}

TEST_P(AppendOnly, checkpoints_cannot_be_changed_or_removed) {
  for (const auto* statement :
       {"UPDATE audit_checkpoints SET body = '{}'", "UPDATE audit_checkpoints SET sequence = 1",
        "DELETE FROM audit_checkpoints", "DELETE FROM audit_checkpoints WHERE sequence = 4",
        "DELETE FROM audit_checkpoints WHERE kind = 'anchor'"})
    EXPECT_TRUE(objection(statement).contains(kRefusal)) << statement;
  if (GetParam() == Kind::Postgres) {
    EXPECT_TRUE(objection("TRUNCATE audit_checkpoints").contains(kRefusal));
  }
  EXPECT_EQ(store_->audit_checkpoints(0, 10)->size(), 2U);
}

TEST_P(AppendOnly, an_erasure_goes_through) {
  auto entry = store_->audit_after(2, 1)->front();
  const auto was = entry.erased;
  entry.actor = "erased-1";
  entry.erased.marks.push_back({"e-1", 1, content_digest(entry)});
  const auto done = store_->commit({change::ReplaceAudit{entry, was}});
  EXPECT_TRUE(done) << done.error().internal;
  EXPECT_EQ(store_->audit_after(2, 1)->front().actor, "erased-1");
}

}  // namespace
}  // namespace hotswap::contract
