// Uploads of versions, 1 KB each, through the store on PostgreSQL from 50 threads, beside pgbench's
// rate of single rows of 1 KB from 50 clients on the same server; the two take turns.

#include <fmt/format.h>

#include <thread>

#include "domain/base/sha256.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 50;
constexpr int kRounds = 3;
constexpr auto kTime = 3s;
const ProfileName kName("bench.production");

/// What an upload writes in a cluster: the version, its event, the audit, and word to other nodes.
ChangeSet upload(int thread, std::uint64_t patch) {
  Version version;
  version.profile = kName;
  version.number = SemVer(1, static_cast<std::uint64_t>(thread), patch);
  version.content = document_1k(patch);
  version.size = version.content.size();
  version.hash = sha256_hex(version.content);
  TimelineEvent event;
  event.profile = kName;
  event.kind = "version.uploaded";
  event.message = "Version " + version.number.str() + " uploaded";
  AuditEntry entry;
  entry.action = "version.upload";
  entry.resource = "configs/" + kName.str() + "/versions/" + version.number.str();
  return {change::InsertVersion{version}, change::AppendEvent{event}, change::AppendAudit{entry},
          change::AppendChange{"bench", json::Object{{"profiles", kName.str()}}, {}}};
}

double uploads_per_second(Store& store, int round) {
  std::atomic<std::uint64_t> count = 0;
  const auto start = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kClients; ++thread)
      threads.emplace_back([&, thread] {
        for (std::uint64_t i = 0; Clock::now() - start < kTime; ++i, ++count)
          must(store.commit(upload((round * kClients) + thread, i)), "commit");
      });
  }
  return static_cast<double>(count) / seconds_since(start);
}

}  // namespace

Rows bench_postgres() {
  testing::PostgresServer server({.fsync = true, .settings = {}});
  auto store = must(PostgresStore::open({.dsn = server.dsn(), .writer = "bench"}), "open");
  Profile profile;
  profile.name = kName;
  must(store->commit({change::InsertProfile{profile}}), "profile");
  std::vector<double> ours, theirs;
  for (int round = 0; round < kRounds; ++round) {
    theirs.push_back(pgbench_inserts(server, kClients));
    ours.push_back(uploads_per_second(*store, round));
  }
  Row row{.bench = "postgres",
          .what = fmt::format("version uploads through the store, {} threads", kClients),
          .value = median(ours),
          .unit = "1/s",
          .yardstick = fmt::format("pgbench, single rows, {} clients", kClients),
          .measured = median(theirs)};
  row.ratio = row.value / *row.measured;
  row.goal = Goal::RatioAtLeast;
  row.bound = 0.5;
  return {row};
}

}  // namespace hotswap::perf
