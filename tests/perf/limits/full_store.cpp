// Two servers side by side, one with all rows and one with a page of each list, asked in turn: what
// differs is the number of rows.

#include <fmt/format.h>

#include <thread>

#include "cli/process/child_process.hpp"
#include "domain/json/parse.hpp"
#include "infrastructure/postgres/session.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/sqlite/moving.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "infrastructure/store/cursor.hpp"
#include "perf/limits/limits.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"
#include "servers/postgres_server.hpp"
#include "testing/bulk_rows.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;
using testing::BulkRows;

constexpr int kVersions = 1000;  ///< of each profile
constexpr int kPage = 60;        ///< rows of each list in the small store
constexpr int kAtOnce = 200'000;
constexpr int kRounds = 200;
constexpr auto kMoveTime = 30min;
constexpr auto kAnswer = 30s;

void say(const std::string& what) { fmt::print(stderr, "{} …\n", what); }

/// How many rows of each kind a store gets.
struct Size {
  std::int64_t profiles = kPage, versions = kPage, journal = kPage, deployments = kPage,
               instances = kPage;
};
Size full(const Limits& limits) {
  const std::int64_t profiles = limits.profiles;
  return {profiles, profiles * kVersions, profiles * 100, profiles * 10,
          std::min<std::int64_t>(profiles, 10'000)};
}

/// A server whose database is filled while it does not run.
class Filled {
 public:
  explicit Filled(const Size& size) : size_(size) {
    seed();
    server_.stop();
    const auto begun = Clock::now();
    fill();
    seconds_ = seconds_since(begun);
    server_.start();
  }

  [[nodiscard]] Server& server() { return server_; }
  [[nodiscard]] std::string folder() const { return (server_.folder() / "data").string(); }
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  /// One row of each kind, made by the server itself.
  void seed() {
    server_.has_profile();
    must(server_.api().post(cli::config_path(kProfile, {"versions"}),
                            json::Object{{"version", "1.0.0"}, {"data", json::Object{{"a", 1}}}}),
         "version");
    Fleet fleet(server_);
    fleet.register_instances(1);
    fleet.open_streams();
    must(server_.api().post("/api/v1/deployments",
                            json::Object{{"configName", kProfile},
                                         {"configVersion", "1.0.0"},
                                         {"strategy", json::Object{{"type", "Direct"}}}}),
         "deployment");
    fleet.loop().run_until([&] { return fleet.progress().acknowledged > 0; }, kAnswer, "seed");
    for (const auto start = Clock::now(); Clock::now() - start < kAnswer;) {
      const auto list = must(server_.api().list("/api/v1/deployments", 1), "deployments");
      if (*list.front().find("state")->as_string() == "Succeeded") return;
      std::this_thread::sleep_for(10ms);
    }
    give_up("the first deployment does not end");
  }

  void fill() {
    const auto path = folder() + "/hotswap.db";
    fill_audit(path);
    auto session = must(sqlite::Session::open(path, sqlite::Session::Mode::ReadWrite, 5s), "open");
    const auto tables = must(sqlite::newest_catalog(), "catalog");
    BulkRows rows(*session, tables, BulkRows::Dialect::Sqlite);
    rows.run("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -262144");
    add(rows, {"profiles", {{"name", "'limit-' || (100000 + i)"}, {"service", "'s' || (i % 500)"}}},
        size_.profiles);
    const std::string profile = "'limit-' || (100001 + (i - 1) / 1000)";
    const std::string number = "'1.' || ((i - 1) % 1000) || '.0'";
    add(rows, {"versions", {{"profile", profile}, {"number", number}}, {"upload"}}, size_.versions);
    rows.run(
        "INSERT INTO tags SELECT profile, 't' || number, 't' || number, number FROM versions "
        "WHERE number LIKE '1.%0.0' AND profile LIKE 'limit-%'");
    add(rows, {"events", {{"profile", "'limit-' || (100001 + i / 100)"}}, {"sequence"}},
        size_.journal);
    add(rows,
        {"deployments",
         {{"id", "'limit-' || i"}, {"profile", "'limit-' || (100001 + i / 10)"}},
         {"start"}},
        size_.deployments);
    add(rows, {"instances", {{"id", "'limit-' || i"}, {"hostname", "'host-' || i"}}},
        size_.instances);
    rows.run("ANALYZE");
    rows.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  static void add(BulkRows& rows, const BulkRows::Like& like, std::int64_t count) {
    for (std::int64_t first = 1; first <= count; first += kAtOnce)
      rows.add(like, first, std::min(first + kAtOnce - 1, count));
  }

  /// Each entry holds the hash of the one before: only the store knows how.
  void fill_audit(const std::string& path) const {
    auto store = must(SqliteStore::open({.path = path}), "open");
    constexpr std::int64_t kSet = 500;
    for (std::int64_t done = 0; done < size_.journal; done += kSet) {
      ChangeSet changes;
      for (std::int64_t i = done; i < std::min(done + kSet, size_.journal); ++i) {
        AuditEntry entry;
        entry.actor = "somebody";
        entry.action = "version.upload";
        entry.resource = "configs/limit-" + std::to_string(100'001 + (i / 100)) + "/versions/1.0.0";
        entry.outcome = "success";
        changes.push_back(change::AppendAudit{std::move(entry)});
      }
      must(store->commit(std::move(changes)), "audit");
    }
  }

  const Size size_;
  Server server_;
  double seconds_ = 0;
};

/// Asks one server over one connection.
class Asking {
 public:
  explicit Asking(Server& server) : token_(server.token()), loop_(server.port()), pool_(loop_, 1) {}

  /// Milliseconds until the answer is there.
  double ask(const std::string& path) {
    const auto begun = Clock::now();
    int status = 0;
    pool_.submit(request_text("GET", path, token_),
                 [&](const HttpAnswer& answer) { status = answer.status; });
    loop_.run_until([&] { return status != 0; }, kAnswer, path);
    if (status != 200) give_up(path + " answers " + std::to_string(status));
    return milliseconds_since(begun);
  }

 private:
  const std::string token_;
  EventLoop loop_;
  RequestPool pool_;
};

/// The page of the 50 oldest versions.
std::string last_page(sql::Session& session) {
  auto upload =
      must(sql::maybe<std::int64_t>(
               session,
               "SELECT upload FROM versions WHERE profile = 'limit-100001' "
               "ORDER BY upload LIMIT 1 OFFSET 50",
               {}, [](const sql::Row& row) -> Result<std::int64_t> { return row.integer(0); }),
           "upload");
  return "/api/v1/configs/limit-100001/versions?limit=50&cursor=" +
         store::encode_cursor("versions", std::to_string(upload.value_or(0)));
}

struct Question {
  std::string what;
  std::function<std::string(int round)> path;
};

std::vector<Question> questions() {
  const auto always = [](std::string path) { return [path](int) { return path; }; };
  const std::string one = "/api/v1/configs/limit-100001";
  return {
      {"profiles, page", always("/api/v1/configs?limit=50")},
      {"profile", always(one)},
      {"versions, first page", always(one + "/versions?limit=50")},
      {"version", [one](int i) { return one + "/versions/1." + std::to_string(i % 50) + ".0"; }},
      {"history of a profile", always(one + "/history?limit=50")},
      {"deployments, page", always("/api/v1/deployments?limit=50")},
      {"deployment",
       [](int i) { return "/api/v1/deployments/limit-" + std::to_string(1 + (i % 50)); }},
      {"audit, page", always("/api/v1/audit?limit=50")},
      {"instances, page", always("/api/v1/instances?limit=50")}};
}

struct Pair {
  Server& large;
  Server& small;
  std::string last_large, last_small;  ///< paths of the last page of versions
};

Row compare(const std::string& name, const Question& question, Asking& large, Asking& small) {
  std::vector<double> ours, theirs;
  for (int round = 0; round < kRounds; ++round) {
    const auto path = question.path(round);
    theirs.push_back(small.ask(path));
    ours.push_back(large.ask(path));
  }
  Row row{.bench = "limits",
          .what = name + ": " + question.what,
          .value = median(ours),
          .unit = "ms",
          .yardstick = "a page of rows",
          .measured = median(theirs)};
  row.ratio = row.value / *row.measured;
  row.goal = Goal::RatioAtMost;
  row.bound = 2;
  return row;
}

Rows latencies(const std::string& name, const Pair& pair) {
  Asking large(pair.large), small(pair.small);
  Rows rows;
  for (const auto& question : questions()) rows.push_back(compare(name, question, large, small));
  std::vector<double> ours, theirs;
  for (int round = 0; round < kRounds; ++round) {
    theirs.push_back(small.ask(pair.last_small));
    ours.push_back(large.ask(pair.last_large));
  }
  Row last{.bench = "limits",
           .what = name + ": versions, last page",
           .value = median(ours),
           .unit = "ms",
           .yardstick = "a page of rows",
           .measured = median(theirs)};
  last.ratio = last.value / *last.measured;
  last.goal = Goal::RatioAtMost;
  last.bound = 2;
  rows.push_back(std::move(last));
  return rows;
}

std::string last_page_of(Filled& filled) {
  auto session = must(
      sqlite::Session::open(filled.folder() + "/hotswap.db", sqlite::Session::Mode::ReadOnly, 5s),
      "open");
  return last_page(*session);
}

std::string last_page_of(const std::string& dsn) {
  postgres::Session session(postgres::ConnectOptions{.dsn = dsn});
  return last_page(session);
}

/// Seconds.
double move(Filled& filled, const std::string& dsn) {
  filled.server().stop();
  const auto begun = Clock::now();
  auto process =
      must(cli::ChildProcess::start({.command = {built("hotswap"), "migrate", "--from",
                                                 "sqlite:" + filled.folder(), "--to", dsn},
                                     .log = filled.server().folder() / "move.log"}),
           "migrate");
  const auto code = process.wait(std::chrono::duration_cast<std::chrono::milliseconds>(kMoveTime));
  if (code != 0) give_up("migrate: " + process.output());
  return seconds_since(begun);
}

Row figure(std::string what, double value, std::string unit) {
  return {.bench = "limits", .what = std::move(what), .value = value, .unit = std::move(unit)};
}

}  // namespace

Rows full_store(const Limits& limits) {
  const auto size = full(limits);
  const auto all =
      size.profiles + size.versions + (2 * size.journal) + size.deployments + size.instances;
  say(fmt::format("filling SQLite with {} rows", all));
  Filled small{Size{}};
  Filled large(size);
  Rows rows = {
      figure("SQLite: rows filled in", static_cast<double>(all), "rows"),
      figure("SQLite: filled per second", static_cast<double>(all) / large.seconds(), "/s"),
      figure("SQLite: start to ready", large.server().start_milliseconds(), "ms")};
  say("asking SQLite");
  const Pair sqlite{large.server(), small.server(), last_page_of(large), last_page_of(small)};
  std::ranges::move(latencies("SQLite", sqlite), std::back_inserter(rows));

  testing::PostgresServer postgres({.fsync = false, .settings = {"max_wal_size=2GB"}});
  postgres.create_database("small");
  say("moving to PostgreSQL");
  move(small, postgres.dsn("small"));
  const auto seconds = move(large, postgres.dsn());
  Row moved =
      figure("migrate to PostgreSQL, verified", static_cast<double>(all) / seconds, "rows/s");
  rows.push_back(moved);
  Server large_node(false, {"--database", postgres.dsn()});
  Server small_node(false, {"--database", postgres.dsn("small")});
  say("asking PostgreSQL");
  const Pair pair{large_node, small_node, last_page_of(postgres.dsn()),
                  last_page_of(postgres.dsn("small"))};
  std::ranges::move(latencies("PostgreSQL", pair), std::back_inserter(rows));
  return rows;
}

}  // namespace hotswap::perf
