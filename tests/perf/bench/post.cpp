// POST version, 1 KB each, from 64 keep-alive connections, beside SQLite's own rate of single-row
// commits on the same disk; the two take turns.

#include <fmt/format.h>
#include <sqlite3.h>

#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"
#include "perf/support/uploads.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConnections = 64;
constexpr int kRounds = 5;
constexpr auto kTime = 2s;

/// The yardstick: one row of 1 KB per transaction, write-ahead log, every commit forced to disk.
class PlainSqlite {
 public:
  explicit PlainSqlite(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) give_up("sqlite: cannot open");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE rows (id INTEGER PRIMARY KEY, content TEXT NOT NULL)");
    sqlite3_prepare_v2(database_, "INSERT INTO rows (content) VALUES (?)", -1, &insert_, nullptr);
  }
  ~PlainSqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  PlainSqlite(const PlainSqlite&) = delete;
  PlainSqlite& operator=(const PlainSqlite&) = delete;

  /// Commits per second.
  double measure() {
    std::size_t count = 0;
    const auto start = Clock::now();
    for (; Clock::now() - start < kTime; ++count) {
      const auto content = document_1k(count);
      sqlite3_bind_text(insert_, 1, content.data(), static_cast<int>(content.size()),
                        SQLITE_STATIC);
      if (sqlite3_step(insert_) != SQLITE_DONE) give_up("sqlite: cannot insert");
      sqlite3_reset(insert_);
    }
    return static_cast<double>(count) / seconds_since(start);
  }

 private:
  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sql);
  }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace

Rows bench_post() {
  Server server;
  server.has_profile();
  PlainSqlite sqlite(server.folder() / "yardstick.db");
  Uploads uploads(server, kConnections);
  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < kRounds; ++round) {
    theirs.push_back(sqlite.measure());
    ours.push_back(uploads.measure(kTime));
    ratios.push_back(ours.back() / theirs.back());
  }
  return {{.bench = "post",
           .what = "POST version, 1 KB, 64 connections",
           .value = median(ours),
           .unit = "/s",
           .yardstick = "SQLite, 1 row a commit, FULL",
           .measured = median(theirs),
           .ratio = median(ratios),
           .goal = Goal::RatioAtLeast,
           .bound = 0.5}};
}

}  // namespace hotswap::perf
