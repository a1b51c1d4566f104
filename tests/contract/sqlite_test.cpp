// What only a database in a file can do or suffer. The kills are in sqlite_crash_test.cpp.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "infrastructure/sql/migrate.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/sqlite/session.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::contract {
namespace {

const ProfileName kProfile("payments.production");

class SqliteFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("hotswap.db"); }
  [[nodiscard]] std::unique_ptr<SqliteStore> open(std::uint64_t max_bytes = 0) const {
    auto opened = SqliteStore::open({.path = path(), .max_bytes = max_bytes});
    EXPECT_TRUE(opened.has_value()) << opened.error().detail << opened.error().internal;
    return opened ? std::move(*opened) : nullptr;
  }
  TempFolder folder_;
};

Version big_version(int patch, std::size_t bytes) {
  auto version = sample_version(kProfile.str(), "1.0." + std::to_string(patch));
  version.content = "\"" + std::string(bytes, 'x') + "\"";
  return version;
}

TEST_F(SqliteFile, times_what_it_does_once_it_is_measured) {
  hotswap::testing::MemoryMetrics metrics;
  auto store = open();
  ASSERT_TRUE(store->commit({change::InsertProfile{sample_profile()}}));
  store->measure(metrics);
  const auto timed = [&](const std::string& operation) {
    return metrics.value("hotswap_database_seconds", {{"operation", operation}});
  };
  EXPECT_EQ(timed("commit"), 0);
  ASSERT_TRUE(store->commit({change::AppendEvent{sample_event("a")}}));
  ASSERT_TRUE(store->profile(kProfile));
  ASSERT_TRUE(store->profile(kProfile));
  ASSERT_TRUE(store->active_deployments());
  EXPECT_EQ(timed("commit"), 1);
  EXPECT_EQ(timed("read"), 2);
  EXPECT_EQ(timed("snapshot"), 1);
  EXPECT_EQ(metrics.value("hotswap_database_connections"), 4);
  EXPECT_EQ(metrics.value("hotswap_database_connections_in_use"), 0) << "all are given back";
  EXPECT_EQ(metrics.value("hotswap_database_commits_waiting"), 0);
  EXPECT_EQ(metrics.value("hotswap_database_wait_seconds"), 0) << "nobody had to wait";
}

TEST_F(SqliteFile, keeps_all_over_a_restart) {
  {
    auto store = open();
    ASSERT_TRUE(store
                    ->commit({change::InsertProfile{sample_profile()},
                              change::InsertVersion{sample_version(kProfile.str(), "1.0.0")},
                              change::PutInstance{sample_instance("i-1")},
                              change::PutAssignments{{sample_assignment("i-1", kProfile.str())}},
                              change::InsertDeployment{sample_deployment("d-1")},
                              change::AppendEvent{sample_event("a")},
                              change::AppendAudit{sample_audit("a")}})
                    .has_value());
  }
  auto store = open();
  expect_same(store->profile(kProfile).value(), sample_profile());
  expect_same(store->deployment(DeploymentId("d-1")).value(), sample_deployment("d-1"));
  EXPECT_EQ(store->assignments_of(kProfile)->size(), 1U);
  const auto again = store->commit(
      {change::AppendEvent{sample_event("b")}, change::AppendAudit{sample_audit("b")}});
  EXPECT_EQ(again->events[0].sequence, 2U);
  const auto audit = store->audit_after(0, 10).value();
  EXPECT_EQ(audit[1].hash, chain_hash(audit[0].hash, audit[1]));
}

TEST_F(SqliteFile, is_for_the_owner_only) {
  auto store = open();
  ASSERT_TRUE(store->commit({change::AppendEvent{sample_event("a")}}).has_value());
  using std::filesystem::perms;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    EXPECT_EQ(std::filesystem::status(path() + suffix).permissions(),
              perms::owner_read | perms::owner_write);
  }
}

TEST_F(SqliteFile, of_a_newer_program_is_refused_and_left_alone) {
  open().reset();
  RawDatabase(path()).run("INSERT INTO schema_version (version, name) VALUES (999, 'future')");
  const auto opened = SqliteStore::open({.path = path()});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().reason, "store.newer_database");
  EXPECT_NE(opened.error().detail.find("999"), std::string::npos);
  EXPECT_EQ(RawDatabase(path()).text("SELECT max(version) FROM schema_version"), "999");
}

TEST_F(SqliteFile, of_another_program_is_refused_and_left_alone) {
  RawDatabase(path()).run("CREATE TABLE photos (id)");
  EXPECT_EQ(SqliteStore::open({.path = path()}).error().reason, "store.foreign_database");
  EXPECT_EQ(RawDatabase(path()).text("SELECT count(*) FROM sqlite_master"), "1");
  const auto text = folder_.file("notes.txt");
  std::ofstream(text) << std::string(4096, 'n');
  EXPECT_EQ(SqliteStore::open({.path = text}).error().reason, "store.foreign_database");
  EXPECT_EQ(std::filesystem::file_size(text), 4096U);
}

TEST_F(SqliteFile, in_a_missing_folder_is_unavailable) {
  const auto opened = SqliteStore::open({.path = folder_.file("missing/hotswap.db")});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().reason, "store.unavailable");
  EXPECT_FALSE(opened.error().internal.empty());
}

TEST_F(SqliteFile, that_cannot_be_written_is_unavailable) {
  open().reset();
  std::filesystem::permissions(path(), std::filesystem::perms(0444));
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0555));
  const pid_t child = fork();
  if (child == 0) {
    // Root may write everything; nobody may not.
    if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
    const auto opened = SqliteStore::open({.path = path()});
    _exit(!opened && opened.error().reason == "store.unavailable" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0700));
}

TEST_F(SqliteFile, that_is_full_fails_whole_and_goes_on_when_there_is_room) {
  auto store = open(1 << 20);
  ASSERT_TRUE(store
                  ->commit({change::InsertProfile{sample_profile()},
                            change::InsertProfile{sample_profile("filler")}})
                  .has_value());
  auto filler = big_version(0, 400'000);
  filler.profile = ProfileName("filler");
  ASSERT_TRUE(store->commit({change::InsertVersion{filler}}).has_value());
  const auto full = store->commit(
      {change::AppendEvent{sample_event("lost")}, change::InsertVersion{big_version(1, 600'000)}});
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().reason, "store.unavailable");
  EXPECT_EQ(full.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(store->events({}, 0, 1)->empty());
  EXPECT_TRUE(store->commit({change::AppendEvent{sample_event("small")}}).has_value());
  ASSERT_TRUE(store->commit({change::DeleteProfile{ProfileName("filler")}}).has_value());
  EXPECT_TRUE(store->commit({change::InsertVersion{big_version(1, 600'000)}}).has_value());
  EXPECT_EQ(store->version(kProfile, ver("1.0.1"))->content.size(), 600'002U);
}

TEST_F(SqliteFile, whose_writes_fail_keeps_reading_and_recovers_without_a_restart) {
  auto store = open();
  ASSERT_TRUE(store->commit({change::InsertProfile{sample_profile()}}).has_value());
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit tight{.rlim_cur = 400'000, .rlim_max = old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const auto failed = store->commit(
      {change::AppendEvent{sample_event("lost")}, change::InsertVersion{big_version(1, 900'000)}});
  const auto read = store->profile(kProfile);
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().reason, "store.unavailable") << failed.error().internal;
  EXPECT_TRUE(read.has_value());
  EXPECT_TRUE(store->events({}, 0, 1)->empty());
  EXPECT_TRUE(store->commit({change::InsertVersion{big_version(1, 900'000)}}).has_value());
  EXPECT_EQ(RawDatabase(path()).text("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteFile, is_backed_up_whole_while_it_is_written) {
  auto store = open();
  ASSERT_TRUE(store->commit({change::InsertProfile{sample_profile()}}).has_value());
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::jthread writer([&] {
    for (int i = 0; !done; ++i) {
      if (!store->commit({change::InsertVersion{big_version(i, 2000)},
                          change::AppendEvent{sample_event("x")},
                          change::AppendAudit{sample_audit("x")}})) {
        return;
      }
      written = i + 1;
    }
  });
  while (written < 20) std::this_thread::yield();
  const auto copy = folder_.file("copy.db");
  const int before = written;
  const auto saved = store->backup(copy);
  done = true;
  writer.join();
  ASSERT_TRUE(saved.has_value()) << saved.error().internal;
  EXPECT_EQ(store->backup(copy).error().reason, "backup.exists");
  EXPECT_EQ(RawDatabase(copy).text("PRAGMA integrity_check"), "ok");
  auto restored = SqliteStore::open({.path = copy});
  ASSERT_TRUE(restored.has_value());
  const auto versions = (*restored)->version_numbers(kProfile)->size();
  EXPECT_GE(versions, static_cast<std::size_t>(before));
  EXPECT_EQ((*restored)->events({}, 0, 1'000'000)->size(), versions);
  EXPECT_EQ((*restored)->audit_after(0, 1'000'000)->size(), versions);
}

TEST_F(SqliteFile, a_backup_that_cannot_be_written_leaves_nothing) {
  auto store = open();
  const auto saved = store->backup(folder_.file("missing/copy.db"));
  ASSERT_FALSE(saved.has_value());
  EXPECT_EQ(saved.error().reason, "store.unavailable");
}

TEST_F(SqliteFile, a_damaged_record_is_told_and_others_are_still_read) {
  auto store = open();
  ASSERT_TRUE(store
                  ->commit({change::InsertProfile{sample_profile()},
                            change::InsertProfile{sample_profile("other")}})
                  .has_value());
  RawDatabase(path()).run("UPDATE profiles SET strategy = '{' WHERE name = 'other'");
  EXPECT_EQ(store->profile(ProfileName("other")).error().reason, "store.corrupt");
  EXPECT_TRUE(store->profile(kProfile).has_value());
}

TEST_F(SqliteFile, a_migration_that_fails_leaves_the_version_before_it) {
  auto session =
      sqlite::Session::open(path(), sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
          .value();
  const sql::Migration steps[] = {{1, "one", "CREATE TABLE a (x); INSERT INTO a VALUES (1)"},
                                  {2, "two", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"}};
  EXPECT_FALSE(sql::migrate(*session, steps).has_value());
  RawDatabase raw(path());
  EXPECT_EQ(raw.text("SELECT max(version) FROM schema_version"), "1");
  EXPECT_EQ(raw.text("SELECT count(*) FROM sqlite_master WHERE name = 'b'"), "0");
  const sql::Migration repaired[] = {steps[0], {2, "two", "CREATE TABLE b (x)"}};
  EXPECT_TRUE(sql::migrate(*session, repaired).has_value());
  EXPECT_EQ(raw.text("SELECT count(*) FROM a"), "1");
}

TEST_F(SqliteFile, two_versions_of_the_program_share_what_the_newer_one_calls_compatible) {
  auto session =
      sqlite::Session::open(path(), sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
          .value();
  const sql::Migration all[] = {{1, "one", "CREATE TABLE a (x)"},
                                {2, "two", "ALTER TABLE a ADD COLUMN y", 1},
                                {3, "three", "ALTER TABLE a DROP COLUMN x"}};
  const auto steps = std::span(all);
  ASSERT_TRUE(sql::migrate(*session, steps.first(2)).has_value());
  EXPECT_TRUE(sql::migrate(*session, steps.first(1)).has_value()) << "2 is compatible with 1";
  ASSERT_TRUE(sql::migrate(*session, steps).has_value());
  EXPECT_EQ(sql::migrate(*session, steps.first(2)).error().reason, "store.newer_database");
}

TEST_F(SqliteFile, of_before_compatible_was_asked_gets_the_column_unless_it_is_newer) {
  RawDatabase raw(path());
  raw.run("CREATE TABLE schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL)");
  raw.run("INSERT INTO schema_version VALUES (2, 'two')");
  auto session =
      sqlite::Session::open(path(), sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
          .value();
  const sql::Migration steps[] = {{1, "one", "CREATE TABLE a (x)"},
                                  {2, "two", "CREATE TABLE b (x)"},
                                  {3, "three", "CREATE TABLE c (x)"}};
  const auto columns = "SELECT count(*) FROM pragma_table_info('schema_version')";
  EXPECT_EQ(sql::migrate(*session, std::span(steps).first(1)).error().reason,
            "store.newer_database");
  EXPECT_EQ(raw.text(columns), "2") << "a newer database is left alone";
  ASSERT_TRUE(sql::migrate(*session, steps).has_value());
  EXPECT_EQ(raw.text(columns), "3");
  EXPECT_EQ(raw.text("SELECT compatible FROM schema_version WHERE version = 3"), "3");
}

TEST_F(SqliteFile, when_all_readers_are_in_use_the_next_is_told_to_come_again) {
  std::vector<std::unique_ptr<sql::Session>> sessions;
  sessions.push_back(
      sqlite::Session::open(path(), sqlite::Session::Mode::ReadWrite, std::chrono::seconds(1))
          .value());
  sql::Pool pool(std::move(sessions), Duration(0));
  {
    const auto first = pool.take();
    ASSERT_TRUE(first.has_value());
    const auto second = pool.take();
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().reason, "store.busy");
  }
  EXPECT_TRUE(pool.take().has_value());
}

}  // namespace
}  // namespace hotswap::contract
