// kill -9 in the middle of a storm of writes, again and again on the same file: what was answered
// with success must be there, whole, and the file sound.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

constexpr int kKills = 25;
constexpr int kThreads = 4;
const ProfileName kProfile("payments.production");
const SchemaId kSchema("payments");
const DeploymentId kDeployment("d-1");

SemVer number_of(int round, int thread, int count) {
  return {static_cast<std::uint64_t>(round), static_cast<std::uint64_t>(thread),
          static_cast<std::uint64_t>(count)};
}

struct Ack {
  int round, thread, count;
};

/// Runs in the child until it is killed: each acknowledged write is told through the pipe.
[[noreturn]] void storm(const std::string& path, int round, int pipe) {
  auto store = SqliteStore::open({.path = path});
  if (!store) _exit(3);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int count = 0;; ++count) {
        auto version = sample_version(kProfile.str(), "0.0.0");
        version.number = number_of(round, thread, count);
        auto schema = sample_schema_version(kSchema.str(), "0.0.0");
        schema.number = version.number;
        const auto done = (*store)->commit(
            {change::InsertVersion{version}, change::InsertSchemaVersion{schema},
             change::AppendHealthRecord{sample_record(kDeployment.str())},
             change::EnqueueOutbox{version.number.str(), "notify", {}, at(1)},
             change::AppendEvent{sample_event("x")}, change::AppendAudit{sample_audit("x")}});
        if (!done) _exit(4);
        const Ack ack{round, thread, count};
        if (write(pipe, &ack, sizeof ack) != sizeof ack) _exit(5);
      }
    });
  }
  threads.clear();
  _exit(0);
}

/// Kills the child after some acknowledgements; all that it gave.
std::vector<Ack> run_and_kill(const std::string& path, int round) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    storm(path, round, ends[1]);
  }
  close(ends[1]);
  std::vector<Ack> acks;
  const std::size_t kill_after = 1 + static_cast<std::size_t>(round) * 7 % 60;
  Ack ack{};
  while (read(ends[0], &ack, sizeof ack) == sizeof ack) {
    acks.push_back(ack);
    if (acks.size() == kill_after) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  return acks;
}

void expect_sound(SqliteStore& store, const std::string& path) {
  EXPECT_EQ(RawDatabase(path).text("PRAGMA integrity_check"), "ok");
  const auto numbers = store.version_numbers(kProfile).value();
  const auto versions = numbers.size();
  EXPECT_EQ(store.schema_numbers(kSchema, SchemaState::Approved).value(), numbers);
  EXPECT_EQ(store.schema(kSchema)->latest, latest_of(numbers));
  EXPECT_EQ(store.events({}, 0, 1'000'000)->size(), versions);
  EXPECT_EQ(store.outbox(at(1), 1'000'000)->size(), versions);
  const auto records = store.health_records(kDeployment, 0, 1'000'000).value();
  EXPECT_EQ(records.size(), versions);
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i].sequence, i + 1);
  const auto audit = store.audit_after(0, 1'000'000).value();
  EXPECT_EQ(audit.size(), versions);
  std::string previous;
  for (const auto& entry : audit) {
    ASSERT_EQ(entry.hash, chain_hash(previous, entry));
    previous = entry.hash;
  }
}

TEST(SqliteCrash, loses_nothing_that_was_acknowledged_over_25_kills) {
  const TempFolder folder;
  const auto path = folder.file("hotswap.db");
  {
    auto store = SqliteStore::open({.path = path}).value();
    ASSERT_TRUE(store
                    ->commit({change::InsertProfile{sample_profile()},
                              change::InsertDeployment{sample_deployment(kDeployment.str())},
                              change::InsertSchema{sample_schema(kSchema.str())}})
                    .has_value());
  }
  std::vector<Ack> acks;
  for (int round = 0; round < kKills; ++round) {
    const auto more = run_and_kill(path, round);
    acks.insert(acks.end(), more.begin(), more.end());
    auto store = SqliteStore::open({.path = path}).value();
    const auto numbers = store->version_numbers(kProfile).value();
    const std::set<SemVer> stored(numbers.begin(), numbers.end());
    for (const auto& ack : acks) {
      ASSERT_TRUE(stored.contains(number_of(ack.round, ack.thread, ack.count)));
    }
    expect_sound(*store, path);
  }
  EXPECT_GT(acks.size(), std::size_t{kKills});
}

}  // namespace
}  // namespace hotswap::contract
