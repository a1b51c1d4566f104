// Erasures in a database that an older program made: its audit has no salts.
#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "domain/erasure/audit_eraser.hpp"
#include "infrastructure/sql/migrate.hpp"
#include "infrastructure/sqlite/migrations.hpp"
#include "infrastructure/sqlite/session.hpp"

namespace hotswap::contract {
namespace {

TEST(SqliteErasure, an_older_databases_audit_is_verified_and_can_be_erased) {
  const TempFolder folder;
  const auto path = folder.file("hotswap.db");
  auto old = sample_audit("config.update");
  old.hash = chain_hash("", old);
  {
    auto session =
        sqlite::Session::open(path, sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
            .value();
    ASSERT_TRUE(sql::migrate(*session, sqlite::migrations().first(4)).has_value());
    RawDatabase(path).run(
        "INSERT INTO audit (at, actor, roles, address, action, resource, outcome, detail, "
        "trace_id, hash) VALUES (" +
        std::to_string(old.at.time_since_epoch().count()) + ", '" + old.actor + "', '" + old.roles +
        "', '" + old.address + "', '" + old.action + "', '" + old.resource + "', '" + old.outcome +
        "', '" + old.detail + "', '" + old.trace_id + "', '" + old.hash + "')");
  }
  const auto store = open_store(Kind::Sqlite, folder);
  auto salted = sample_audit("config.delete");
  salted.salt = std::string(32, 'a');
  ASSERT_TRUE(store->commit({change::AppendAudit{salted}}));
  auto entry = store->audit_after(0, 1)->at(0);
  EXPECT_EQ(entry.hash, old.hash);
  EXPECT_FALSE(is_salted(entry));
  ASSERT_TRUE(erasure::erase(entry, erasure::Eraser(old.actor, "erased-1"), "1", 1));
  BatchProof proof;
  proof.add(entry, entry.erased.marks.back());
  auto record = sample_audit(std::string(kErasureBatch));
  record.detail = proof_text("1", 1, proof);
  ASSERT_TRUE(store->commit({change::ReplaceAudit{entry, {}}, change::AppendAudit{record}}));
  ChainCheck check;
  for (const auto& one : *store->audit_after(0, 10)) EXPECT_TRUE(check.add(one)) << one.sequence;
  const auto report = check.finish();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->entries, 3U);
  EXPECT_EQ(report->erased, 1U);
}

}  // namespace
}  // namespace hotswap::contract
