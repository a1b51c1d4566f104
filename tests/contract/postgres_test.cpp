// What only a database across a network can suffer: connections that end within a batch, standbys
// that do not answer, and databases that cannot be used. Every set is applied once, or refused.
#include <fstream>
#include <thread>

#include "contract/store_fixture.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/postgres/refusals.hpp"
#include "infrastructure/postgres/session.hpp"

namespace hotswap::contract {
namespace {

using namespace std::chrono_literals;
using testing::PostgresServer;

constexpr auto kGenerous = 30s;

/// Looks again and again until it is so.
template <class Condition>
bool comes_true(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + kGenerous;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

TimelineEvent event_named(int number) { return sample_event("e" + std::to_string(number)); }

/// Commits a set per thread and gives how many were well answered.
int commit_side_by_side(Store& store, int sets) {
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < sets; ++i)
      threads.emplace_back([&store, &done, i] {
        const auto committed = store.commit(
            {change::AppendEvent{event_named(i)}, change::AppendAudit{sample_audit("a")}});
        EXPECT_TRUE(committed.has_value()) << committed.error().internal;
        if (committed) ++done;
      });
  }
  return done;
}

class PostgresRecovery : public ::testing::Test {
 protected:
  PostgresRecovery() : PostgresRecovery(postgres_server()) {}
  explicit PostgresRecovery(PostgresServer& server)
      : server_(server), database_(new_postgres_database()) {}

  std::unique_ptr<PostgresStore> open(Duration statement_timeout = 10s) {
    auto opened = PostgresStore::open({.dsn = server_.dsn(database_),
                                       .writer = "under-test",
                                       .readers = 2,
                                       .statement_timeout = statement_timeout});
    EXPECT_TRUE(opened.has_value()) << opened.error().detail << opened.error().internal;
    return opened ? std::move(*opened) : nullptr;
  }
  std::string sql(const std::string& text) { return server_.sql(text, database_); }
  /// Each event once, and the chain of the audit whole.
  void expect_each_once(Store& store, int sets) {
    EXPECT_EQ(sql("SELECT count(*) FROM events"), std::to_string(sets));
    EXPECT_EQ(sql("SELECT count(DISTINCT kind) FROM events"), std::to_string(sets));
    const auto audit = store.audit_after(0, 1000).value();
    ASSERT_EQ(audit.size(), static_cast<std::size_t>(sets));
    std::string last;
    for (const auto& entry : audit) {
      EXPECT_EQ(entry.hash, chain_hash(last, entry));
      last = entry.hash;
    }
  }
  /// `what` happens within the server at the `nth` event that is written; counted by a sequence,
  /// which no rollback takes back.
  void at_event(int nth, const std::string& what) {
    sql("CREATE SEQUENCE seen");
    sql("CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('seen') = " +
        std::to_string(nth) + " THEN " + what + "; END IF; RETURN NEW; END $$");
    sql("CREATE TRIGGER strike BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION strike()");
  }
  /// Somebody else who holds the writers' lock.
  std::unique_ptr<postgres::Session> other_writer() {
    postgres::ConnectOptions options;
    options.dsn = server_.dsn(database_);
    options.idle_in_transaction_timeout = {};
    auto other = std::make_unique<postgres::Session>(options);
    EXPECT_TRUE(other->begin().has_value());
    return other;
  }
  bool a_writer_waits(const std::string& event) {
    return sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "wait_event = '" +
               event + "'") != "0";
  }
  std::string cut(const std::string& function, const std::string& event) {
    return sql("SELECT count(" + function +
               "(pid)) FROM pg_stat_activity WHERE "
               "datname = current_database() AND wait_event = '" +
               event + "'");
  }

  PostgresServer& server_;
  std::string database_;
};

TEST_F(PostgresRecovery, a_backend_that_ends_before_the_commit_leaves_each_set_applied_once) {
  at_event(5, "PERFORM pg_terminate_backend(pg_backend_pid())");
  auto store = open();
  auto other = other_writer();
  std::jthread release([&] {
    EXPECT_TRUE(comes_true([&] { return a_writer_waits("advisory"); }));
    EXPECT_TRUE(other->script("ROLLBACK").has_value());
  });
  EXPECT_EQ(commit_side_by_side(*store, 16), 16);
  EXPECT_GT(std::stoi(sql("SELECT last_value FROM seen")), 16) << "nobody was struck";
  expect_each_once(*store, 16);
}

TEST_F(PostgresRecovery, a_transaction_that_the_server_gives_up_is_written_again) {
  at_event(3, "RAISE EXCEPTION 'lost' USING ERRCODE = '57P01'");
  auto store = open();
  const auto first = store->commit({change::AppendEvent{event_named(1)}});
  const auto second = store->commit({change::AppendEvent{event_named(2)}});
  const auto third = store->commit({change::AppendEvent{event_named(3)}});
  ASSERT_TRUE(first.has_value() && second.has_value());
  ASSERT_TRUE(third.has_value()) << third.error().internal;
  EXPECT_EQ(sql("SELECT count(*) FROM events"), "3");
}

TEST_F(PostgresRecovery, the_lock_of_another_writer_is_waited_for_again_and_again) {
  auto store = open(200ms);
  auto other = other_writer();
  std::jthread release([&] {
    // Longer than one wait: the backend has given up once, and waits anew.
    EXPECT_TRUE(comes_true([&] { return a_writer_waits("advisory"); }));
    EXPECT_TRUE(comes_true([&] { return !a_writer_waits("advisory"); }));
    EXPECT_TRUE(comes_true([&] { return a_writer_waits("advisory"); }));
    EXPECT_TRUE(other->script("ROLLBACK").has_value());
  });
  EXPECT_EQ(commit_side_by_side(*store, 3), 3);
  expect_each_once(*store, 3);
}

TEST_F(PostgresRecovery, readers_come_back_after_their_connections_were_ended) {
  auto store = open();
  ASSERT_TRUE(store->commit({change::InsertProfile{sample_profile()}}).has_value());
  ASSERT_TRUE(store->profile(sample_profile().name).has_value());
  sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
      "datname = current_database() AND pid <> pg_backend_pid()");
  EXPECT_TRUE(store->profile(sample_profile().name).has_value());
  EXPECT_TRUE(store->deployments({}, {}).has_value());
  EXPECT_TRUE(store->ping().has_value());
}

TEST_F(PostgresRecovery, text_with_a_zero_byte_is_refused_and_its_neighbours_stay) {
  auto store = open();
  auto event = event_named(1);
  event.message = std::string("a\0b", 3);
  const auto refused =
      store->commit({change::AppendEvent{event_named(0)}, change::AppendEvent{event}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "store.zero_byte");
  EXPECT_TRUE(store->commit({change::AppendEvent{event_named(2)}}).has_value());
  EXPECT_EQ(sql("SELECT count(*) FROM events"), "1");
}

TEST_F(PostgresRecovery, a_set_whose_error_comes_late_is_refused_and_its_neighbours_are_not) {
  sql("ALTER TABLE audit ADD CHECK (action <> 'forbidden')");  // written with what comes next
  auto store = open();
  auto other = other_writer();
  std::jthread release([&] {
    EXPECT_TRUE(comes_true([&] { return a_writer_waits("advisory"); }));
    EXPECT_TRUE(other->script("ROLLBACK").has_value());
  });
  std::atomic<int> applied = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i)
      threads.emplace_back([&, i] {
        const bool bad = i % 4 == 1;
        const auto done =
            store->commit({change::AppendEvent{event_named(i)},
                           change::AppendAudit{sample_audit(bad ? "forbidden" : "a")}});
        EXPECT_EQ(done.has_value(), !bad);
        if (done) {
          ++applied;
          EXPECT_GT(done->events[0].sequence, 0U);
        } else {
          EXPECT_EQ(done.error().reason, "store.failed");
        }
      });
  }
  EXPECT_EQ(applied, 12);
  expect_each_once(*store, 12);
}

TEST_F(PostgresRecovery, many_rows_go_together_and_those_of_unknown_owners_are_left_out) {
  auto store = open();
  constexpr int kRows = 700;  // more than the driver sends at a time
  ChangeSet changes = {change::InsertProfile{sample_profile()}};
  change::PutAssignments assignments;
  for (int i = 0; i < kRows; ++i) {
    const auto id = "i-" + std::to_string(i);
    if (i % 7 != 0) changes.push_back(change::PutInstance{sample_instance(id)});
    assignments.assignments.push_back(sample_assignment(id, sample_profile().name.str()));
  }
  changes.push_back(assignments);
  const auto done = store->commit(std::move(changes));
  ASSERT_TRUE(done.has_value()) << done.error().internal;
  EXPECT_EQ(store->assignments_of(sample_profile().name)->size(), kRows - 100U);
}

TEST_F(PostgresRecovery, a_row_among_many_that_the_server_refuses_undoes_its_set_only) {
  sql("ALTER TABLE deployment_targets ADD CHECK (zone <> 'forbidden')");
  auto store = open();
  auto bad = sample_deployment("bad");
  ASSERT_FALSE(bad.targets.empty());
  bad.targets.resize(600, bad.targets.front());
  bad.targets[300].zone = "forbidden";
  const auto refused =
      store->commit({change::InsertProfile{sample_profile()}, change::InsertDeployment{bad}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "store.failed");
  EXPECT_FALSE(store->profile(sample_profile().name).has_value());
  const auto good = store->commit(
      {change::InsertProfile{sample_profile()}, change::InsertDeployment{sample_deployment("d")}});
  ASSERT_TRUE(good.has_value()) << good.error().internal;
  EXPECT_EQ(sql("SELECT count(*) FROM deployments"), "1");
}

/// A server whose commits wait for a standby that never answers, until it is told otherwise: the
/// moment in which a commit is done and its answer is not yet sent.
class PostgresStandby : public PostgresRecovery {
 public:
  ~PostgresStandby() override { wait_for_standby(false); }

 protected:
  void wait_for_standby(bool wait) {
    server_.sql(std::string("ALTER SYSTEM SET synchronous_standby_names = '") +
                (wait ? "nobody" : "") + "'");
    server_.sql("SELECT pg_reload_conf()");
    const std::string wanted = wait ? "nobody" : "";
    EXPECT_TRUE(
        comes_true([&] { return server_.sql("SHOW synchronous_standby_names") == wanted; }));
  }
};

TEST_F(PostgresStandby, a_backend_that_ends_after_the_commit_leaves_each_set_applied_once) {
  auto store = open();
  ASSERT_TRUE(store->commit({change::AppendEvent{event_named(100)}}).has_value());
  sql("DELETE FROM events");
  wait_for_standby(true);
  std::jthread strike([&] {
    EXPECT_TRUE(comes_true([&] { return a_writer_waits("SyncRep"); }));
    wait_for_standby(false);
    cut("pg_terminate_backend", "SyncRep");
  });
  const auto done =
      store->commit({change::AppendEvent{event_named(0)}, change::AppendAudit{sample_audit("a")}});
  strike.join();
  ASSERT_TRUE(done.has_value()) << done.error().internal;
  expect_each_once(*store, 1);
}

TEST_F(PostgresStandby, a_commit_that_reached_no_standby_is_not_believed_but_looked_up) {
  auto store = open();
  wait_for_standby(true);
  std::jthread strike([&] {
    EXPECT_TRUE(comes_true([&] { return a_writer_waits("SyncRep"); }));
    cut("pg_cancel_backend", "SyncRep");
    wait_for_standby(false);
  });
  const auto done =
      store->commit({change::AppendEvent{event_named(0)}, change::AppendAudit{sample_audit("a")}});
  strike.join();
  ASSERT_TRUE(done.has_value()) << done.error().internal;
  expect_each_once(*store, 1);
}

TEST(PostgresCrash, of_the_server_loses_and_doubles_nothing) {
  PostgresServer server;
  auto store = PostgresStore::open({.dsn = server.dsn(), .writer = "under-test"}).value();
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 50; ++i) {
          const auto done = store->commit({change::AppendEvent{event_named((thread * 50) + i)}});
          EXPECT_TRUE(done.has_value()) << done.error().internal;
          ++answered;
        }
      });
    ASSERT_TRUE(comes_true([&] { return answered >= 20; }));
    server.kill();
    server.start();
  }
  EXPECT_EQ(server.sql("SELECT count(*) FROM events"), "200");
  EXPECT_EQ(server.sql("SELECT count(DISTINCT kind) FROM events"), "200");
}

TEST(PostgresStart, of_four_at_once_on_an_empty_database_migrates_once) {
  auto& server = postgres_server();
  server.create_database("four");
  std::vector<std::jthread> nodes;
  for (int i = 0; i < 4; ++i)
    nodes.emplace_back([&server, i] {
      const auto opened = PostgresStore::open(
          {.dsn = server.dsn("four"), .writer = "n" + std::to_string(i), .readers = 1});
      EXPECT_TRUE(opened.has_value()) << opened.error().internal;
    });
  nodes.clear();
  EXPECT_EQ(server.sql("SELECT count(*) - count(DISTINCT version) FROM schema_version", "four"),
            "0");
  EXPECT_EQ(server.sql("SELECT count(*) FROM profiles", "four"), "0");
}

Error refusal(const std::string& dsn) {
  auto opened = PostgresStore::open({.dsn = dsn, .writer = "refused", .readers = 1});
  EXPECT_FALSE(opened.has_value()) << dsn;
  return opened ? Error{} : opened.error();
}

TEST(PostgresStart, is_refused_at_once_where_trying_again_does_not_help) {
  auto& server = postgres_server();
  const auto port = std::to_string(server.port());
  for (const auto& [dsn, reason] : std::vector<std::pair<std::string, std::string>>{
           {"postgres://u:s3cret/x@h/db", "store.bad_address"},
           {"postgres://u:s3cret@h:99999/db", "store.bad_address"},
           {"postgres://u:s3cret@h/db?colour=red", "store.bad_address"},
           {"host=h password=s3cret colour=red", "store.bad_address"},
           {"host=h s3cret", "store.bad_address"},
           {"host=h password=s3cret sslmode=perhaps", "store.bad_address"},
           {server.dsn("nowhere"), "store.no_database"},
           {"postgres://stranger:s3cret@127.0.0.1:" + port + "/postgres", "store.no_database"}}) {
    const auto error = refusal(dsn);
    EXPECT_EQ(error.reason, reason) << dsn << ": " << error.internal;
    EXPECT_NE(error.code, ErrorCode::Unavailable) << dsn;
    EXPECT_FALSE((error.detail + error.internal).contains("s3cret")) << error.internal;
  }
}

TEST(PostgresStart, waits_only_for_who_may_come) {
  const auto error = refusal("postgres://u:s3cret@127.0.0.1:1/db");
  EXPECT_EQ(error.reason, "store.unavailable");
  EXPECT_EQ(error.code, ErrorCode::Unavailable);
  EXPECT_EQ(error.detail, "Nobody answers at the address of --database.");
  EXPECT_FALSE(error.internal.contains("s3cret"));
}

TEST(PostgresStart, with_a_wrong_password_is_refused_without_telling_it) {
  PostgresServer server;
  server.sql("CREATE ROLE locked LOGIN PASSWORD 'right'");
  std::ofstream(server.data() / "pg_hba.conf", std::ios::trunc)
      << "host all locked 127.0.0.1/32 scram-sha-256\nhost all hotswap 127.0.0.1/32 trust\n";
  server.sql("SELECT pg_reload_conf()");
  const auto dsn = [&](const std::string& user) {
    return "postgres://" + user + "@127.0.0.1:" + std::to_string(server.port()) + "/postgres";
  };
  EXPECT_TRUE(comes_true([&] { return refusal(dsn("stranger")).reason == "store.refused"; }));
  const auto wrong = refusal(dsn("locked:s3cret"));
  EXPECT_EQ(wrong.reason, "store.refused");
  EXPECT_EQ(wrong.code, ErrorCode::Forbidden);
  EXPECT_FALSE(wrong.internal.contains("s3cret"));
  EXPECT_EQ(refusal(dsn("locked:right")).reason, "store.no_rights");
}

TEST(PostgresStart, on_tables_of_another_program_leaves_them_alone) {
  auto& server = postgres_server();
  server.create_database("foreign_tables");
  server.sql("CREATE TABLE profiles (x int)", "foreign_tables");
  EXPECT_EQ(refusal(server.dsn("foreign_tables")).reason, "store.foreign_database");
  EXPECT_EQ(server.sql("SELECT count(*) FROM information_schema.tables WHERE table_name IN "
                       "('profiles', 'versions')",
                       "foreign_tables"),
            "1");
}

TEST(PostgresStart, on_a_database_of_a_newer_program_is_refused) {
  auto& server = postgres_server();
  const auto name = new_postgres_database();
  server.sql("INSERT INTO schema_version (version, name) VALUES (999, 'future')", name);
  EXPECT_EQ(refusal(server.dsn(name)).reason, "store.newer_database");
}

TEST(PostgresStart, on_a_database_of_the_next_program_goes_on_beside_it) {
  auto& server = postgres_server();
  const auto name = new_postgres_database();
  const auto known = server.sql("SELECT max(version) FROM schema_version", name);
  server.sql(
      "INSERT INTO schema_version (version, name, compatible) VALUES (998, 'next', " + known + ")",
      name);
  const PostgresOptions options{.dsn = server.dsn(name), .writer = "n", .readers = 1};
  auto opened = PostgresStore::open(options);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  EXPECT_TRUE((*opened)->commit({change::InsertProfile{sample_profile()}}).has_value());
  EXPECT_EQ(server.sql("SELECT max(version) FROM schema_version", name), "998");
  server.sql("INSERT INTO schema_version (version, name, compatible) VALUES (999, 'after', 998)",
             name);
  EXPECT_EQ(refusal(options.dsn).reason, "store.newer_database");
}

TEST(PostgresStart, needs_version_15) {
  EXPECT_TRUE(postgres::check_version(150000).has_value());
  EXPECT_TRUE(postgres::check_version(170002).has_value());
  const auto old = postgres::check_version(140011);
  ASSERT_FALSE(old.has_value());
  EXPECT_EQ(old.error().reason, "store.old_server");
  EXPECT_TRUE(old.error().detail.contains("PostgreSQL 14")) << old.error().detail;
}

}  // namespace
}  // namespace hotswap::contract
