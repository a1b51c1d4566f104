// Operations in a file: over a restart, and in a database that an older program made.
#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/sql/migrate.hpp"
#include "infrastructure/sqlite/migrations.hpp"
#include "infrastructure/sqlite/session.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

const DeploymentId kId("d-1");

class SqliteOperations : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("hotswap.db"); }
  [[nodiscard]] std::unique_ptr<Store> open() const { return open_store(Kind::Sqlite, folder_); }
  /// A database as the program before the third migration made it, with a deployment on its way.
  void make_old() const {
    auto session =
        sqlite::Session::open(path(), sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
            .value();
    ASSERT_TRUE(sql::migrate(*session, sqlite::migrations().first(2)).has_value());
    RawDatabase(path()).run(old_rows());
  }
  static std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
  }
  static std::string old_rows() {
    const auto p = sample_profile();
    const auto d = sample_deployment("d-1");
    return "INSERT INTO profiles VALUES ('payments.production', 'd', '{}', 'payments', "
           "'Production', '', " +
           quoted(json::write(to_json(p.strategy))) + ", " +
           quoted(json::write(to_json(p.health))) +
           ", '{}', 'ann', 1000, 2000, 7, NULL, 3, '');"
           "INSERT INTO deployments (id, profile, service, environment, version, hash, strategy, "
           "health, plan, partial, forced, reason, created_by, created_at, state_name, active, "
           "state, baseline, revision, trace_id) VALUES ('d-1', 'payments.production', "
           "'payments', 'Production', '1.0.0', 'h', " +
           quoted(json::write(to_json(d.strategy))) + ", " +
           quoted(json::write(to_json(d.health))) + ", " + quoted(json::write(to_json(d.plan))) +
           ", 0, 0, 'r', 'olga', 6000, 'Running', 1, "
           "'{\"name\":\"Running\",\"step\":0,\"phase\":\"Soaking\",\"since\":"
           "\"2026-03-01T00:00:00.000Z\"}', '{\"requests\":10,\"errors\":1,\"latency\":"
           "{\"scheme\":\"log-1%\",\"buckets\":[]},\"checks\":0,\"failedChecks\":0,"
           "\"custom\":{\"queue\":{\"sum\":4,\"count\":2}}}', 2, 't');"
           "INSERT INTO deployment_targets VALUES ('d-1', 0, 'i-1', 'a', '0.9.0', 0, 'Applied', "
           "4, 7000, '');"
           "INSERT INTO outbox (id, kind, payload, at) VALUES ('n-1', 'notify', '{\"n\":1}', "
           "8000), ('n-2', 'notify', '{}', 9000);";
  }
  TempFolder folder_;
};

TEST_F(SqliteOperations, are_kept_over_a_restart) {
  {
    auto store = open();
    ASSERT_TRUE(
        store
            ->commit({change::InsertProfile{sample_profile()},
                      change::InsertDeployment{sample_deployment("d-1")},
                      change::AppendHealthRecord{sample_record("d-1")},
                      change::PutChannel{sample_channel("ops")},
                      change::PutCalendarEntry{sample_entry("e", CalendarKind::Window)},
                      change::PutTraffic{sample_traffic()},
                      change::EnqueueOutbox{"a", "k", {}, at(1)},
                      change::DeferOutbox{"a", 2, at(9), "no"},
                      change::EnqueueOutbox{"b", "k", {}, at(1)}, change::BuryOutbox{"b", 7, "x"}})
            .has_value());
  }
  auto store = open();
  expect_same(store->deployment(kId).value(), sample_deployment("d-1"));
  EXPECT_EQ(store->channels().value(), std::vector{sample_channel("ops")});
  EXPECT_EQ(store->calendar().value(), std::vector{sample_entry("e", CalendarKind::Window)});
  EXPECT_EQ(store->traffic(ServiceName("payments"), "Production")->revision, 1U);
  EXPECT_EQ(store->outbox(at(9), 10)->front().attempts, 2U);
  EXPECT_EQ(store->dead_letters({})->items.front().error, "x");
  ASSERT_TRUE(store->commit({change::AppendHealthRecord{sample_record("d-1")}}).has_value());
  EXPECT_EQ(store->health_records(kId, 1, 10)->front().sequence, 2U);
}

TEST_F(SqliteOperations, an_older_databases_deployment_is_read_with_what_nobody_knew_then) {
  make_old();
  auto store = open();
  const auto d = store->deployment(kId);
  ASSERT_TRUE(d.has_value()) << d.error().detail << d.error().internal;
  ASSERT_TRUE(d->baseline.has_value());
  EXPECT_EQ(d->baseline->all.requests, 10U);
  EXPECT_EQ(d->baseline->all.custom.at("queue").sum, 4);
  EXPECT_TRUE(d->baseline->instances.empty());
  EXPECT_EQ(d->baseline->error_dispersion, 1);
  EXPECT_EQ(d->proof, RollbackProof());
  EXPECT_TRUE(d->tallies.empty());
  EXPECT_TRUE(d->hook_calls.empty());
  EXPECT_EQ(d->pools, std::nullopt);
  EXPECT_EQ(d->start_at, std::nullopt);
  EXPECT_TRUE(d->request.is_null());
  EXPECT_EQ(d->progressed_at, d->created_at);
  ASSERT_EQ(d->targets.size(), 1U);
  EXPECT_EQ(d->targets[0].attempts, 0U);
  EXPECT_EQ(d->targets[0].state, TargetState::Applied);
}

TEST_F(SqliteOperations, an_older_databases_outbox_is_due_at_once) {
  make_old();
  auto store = open();
  const auto items = store->outbox(at(0), 10).value();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].id, "n-1");
  EXPECT_EQ(items[0].next, items[0].at);
  EXPECT_EQ(items[1].id, "n-2");
  EXPECT_TRUE(store->dead_letters({})->items.empty());
}

TEST_F(SqliteOperations, an_older_database_can_be_worked_on_with_all_that_is_new) {
  make_old();
  auto store = open();
  auto d = store->deployment(kId).value();
  const auto full = sample_deployment("d-1");
  d.baseline = full.baseline;
  d.tallies = full.tallies;
  d.hook_calls = full.hook_calls;
  d.pools = full.pools;
  ASSERT_TRUE(
      store
          ->commit({change::UpdateDeployment{d}, change::PutTargets{kId, {{0, full.targets[0]}}},
                    change::AppendHealthRecord{sample_record("d-1")},
                    change::BuryOutbox{"n-1", 3, "gone"},
                    change::PutCalendarEntry{sample_entry("e")}})
          .has_value());
  ++d.revision;
  d.targets[0] = full.targets[0];
  expect_same(store->deployment(kId).value(), d);
  EXPECT_EQ(store->dead_letters({})->items.front().id, "n-1");
  EXPECT_EQ(RawDatabase(path()).text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(RawDatabase(path()).text("PRAGMA foreign_key_check"), "");
}

TEST_F(SqliteOperations, are_found_by_index) {
  open().reset();
  RawDatabase raw(path());
  constexpr int kDetail = 3;
  EXPECT_EQ(raw.text("EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE buried IS NULL AND "
                     "next <= $1 ORDER BY next, position LIMIT $2",
                     kDetail),
            "SEARCH outbox USING INDEX outbox_due (next<?)");
  EXPECT_EQ(raw.text("EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE buried IS NOT NULL AND "
                     "buried < $1 ORDER BY buried DESC LIMIT $2",
                     kDetail),
            "SEARCH outbox USING INDEX dead_letters (buried>? AND buried<?)");
  EXPECT_EQ(raw.text("EXPLAIN QUERY PLAN SELECT max(sequence) FROM health_records "
                     "WHERE deployment = $1",
                     kDetail),
            "SEARCH health_records USING COVERING INDEX sqlite_autoindex_health_records_1 "
            "(deployment=?)");
}

TEST_F(SqliteOperations, that_are_damaged_are_told_and_others_are_still_read) {
  auto store = open();
  ASSERT_TRUE(
      store
          ->commit({change::InsertProfile{sample_profile()},
                    change::InsertDeployment{sample_deployment("d-1")},
                    change::AppendHealthRecord{sample_record("d-1")},
                    change::PutChannel{sample_channel("ops")}, change::PutTraffic{sample_traffic()},
                    change::PutCalendarEntry{sample_entry("e")}})
          .has_value());
  RawDatabase raw(path());
  raw.run(
      "UPDATE health_records SET record = '{}'; UPDATE channels SET profiles = '{}'; "
      "UPDATE traffic SET router = '{\"type\":\"magic\"}'; UPDATE calendar SET entry = '[]'; "
      "UPDATE deployments SET hook_calls = '{}'");
  EXPECT_EQ(store->health_records(kId, 0, 1).error().reason, "store.corrupt");
  EXPECT_EQ(store->channels().error().reason, "store.corrupt");
  EXPECT_EQ(store->traffics().error().reason, "store.corrupt");
  EXPECT_EQ(store->calendar().error().reason, "store.corrupt");
  EXPECT_EQ(store->deployment(kId).error().reason, "store.corrupt");
  EXPECT_TRUE(store->profile(ProfileName("payments.production")).has_value());
}

}  // namespace
}  // namespace hotswap::contract
