// Fleets so large that SQLite writes their rows behind the commit: what is read afterwards is what
// a store without a disk says, whatever came in between.
#include <random>

#include "contract/raw_database.hpp"
#include "contract/store_fixture.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/sqlite/moving.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"

namespace hotswap::contract {
namespace {

constexpr std::size_t kFleet = 1200;
const ProfileName kProfile("payments.production");
const DeploymentId kId("d-1");

InstanceId name(std::size_t i) { return InstanceId("i-" + std::to_string(1000 + i)); }

Assignment::Slot slot(std::uint64_t generation) {
  return {ver("1." + std::to_string(generation) + ".0"), std::string(64, 'a'), generation};
}

Deployment large(std::size_t targets = kFleet) {
  auto deployment = sample_deployment(kId.str());
  deployment.targets.clear();
  for (std::size_t i = 0; i < targets; ++i) {
    Target target;
    target.instance = name(i);
    target.zone = i % 2 == 0 ? "" : "eu:1,a";
    if (i % 3 > 0) target.previous = ver("1.1." + std::to_string(i % 7));
    target.offline_at_start = i % 5 == 0;
    target.since = at(static_cast<int>(i));
    deployment.targets.push_back(target);
  }
  return deployment;
}

ChangeSet registered(std::size_t instances = kFleet) {
  ChangeSet changes{change::InsertProfile{sample_profile()}};
  for (std::size_t i = 0; i < instances; ++i)
    changes.push_back(change::PutInstance{sample_instance(name(i).str())});
  return changes;
}

/// Ten targets more than there are instances: one may have gone meanwhile.
change::PutAssignments assigned(std::uint64_t generation, std::size_t count = kFleet + 10) {
  change::PutAssignments put;
  for (std::size_t i = 0; i < count; ++i) {
    Assignment assignment{name(i), kProfile, slot(generation), {}};
    if (i % 4 == 0) assignment.staged = slot(generation + 1);
    if (i % 9 == 0) assignment.active.reset();
    put.assignments.push_back(std::move(assignment));
  }
  return put;
}

change::PutTargets moved(std::size_t first, std::size_t count, TargetState state) {
  change::PutTargets put{kId, {}};
  const auto deployment = large();
  for (std::size_t i = first; i < first + count; ++i) {
    auto target = deployment.targets[i];
    target.state = state;
    target.generation = 7;
    target.attempts = 2;
    target.reason = i % 2 == 0 ? "" : "pool.max: \"12:3\"\n is too large";
    put.items.push_back({i, std::move(target)});
  }
  return put;
}

void expect_same_reads(Store& found, Store& wanted) {
  expect_same(found.deployment(kId).value(), wanted.deployment(kId).value());
  EXPECT_EQ(found.active_deployment(kProfile)->has_value(),
            wanted.active_deployment(kProfile)->has_value());
  EXPECT_EQ(found.active_deployments()->front().targets,
            wanted.active_deployments()->front().targets);
  EXPECT_EQ(found.assignments_of(kProfile).value(), wanted.assignments_of(kProfile).value());
  EXPECT_EQ(found.assignments_of(name(4)).value(), wanted.assignments_of(name(4)).value());
}

class StoreLargeFleet : public StoreContract {
 protected:
  void commit(const ChangeSet& changes) {
    put(changes);
    ASSERT_TRUE(plain_.commit(changes).has_value());
  }
  void expect_same_now() { expect_same_reads(store(), plain_); }

  MemoryStore plain_;
};

TEST_P(StoreLargeFleet, is_read_as_it_was_committed) {
  commit(registered());
  commit({change::InsertDeployment{large()}});
  expect_same_now();
  commit({assigned(5), moved(0, kFleet, TargetState::Assigned)});
  expect_same_now();
}

TEST_P(StoreLargeFleet, keeps_the_order_of_large_and_small_changes) {
  commit(registered());
  commit({change::InsertDeployment{large()}});
  commit({assigned(5), moved(0, kFleet, TargetState::Assigned)});
  commit({moved(3, 2, TargetState::Received)});
  commit({assigned(6, 600)});
  commit({assigned(7, 1), moved(0, 700, TargetState::Applied)});
  commit({moved(4, 1, TargetState::Rejected)});
  expect_same_now();
}

TEST_P(StoreLargeFleet, may_have_fewer_targets_than_before) {
  commit(registered());
  commit({change::InsertDeployment{large()}});
  auto fewer = moved(0, 900, TargetState::Waiting);
  fewer.size = 900;
  commit({fewer});
  commit({moved(10, 5, TargetState::Applied)});
  expect_same_now();
  EXPECT_EQ(store().deployment(kId)->targets.size(), 900U);
}

TEST_P(StoreLargeFleet, may_have_more_targets_again) {
  commit(registered());
  commit({change::InsertDeployment{large()}});
  expect_same_now();
  auto fewer = moved(0, 900, TargetState::Waiting);
  fewer.size = 900;
  commit({fewer});
  commit({moved(900, 100, TargetState::Assigned)});
  expect_same_now();
  EXPECT_EQ(store().deployment(kId)->targets.size(), 1000U);
}

TEST_P(StoreLargeFleet, is_there_for_changes_that_ask_for_it) {
  commit(registered());
  commit({change::InsertDeployment{large()}});
  commit({assigned(5)});
  // Whoever does not hold slot 5 yet gets 6: those without an active version, and who comes anew.
  change::AssignRest rest{kProfile, ServiceName("payments"), "Production", slot(5), {}};
  commit({assigned(5, 1000), rest});
  expect_same_now();
  commit({assigned(8)});
  commit({change::DeleteInstance{name(4), {}}});
  expect_same_now();
  commit({assigned(9)});
  EXPECT_EQ(store().assignments_of(kProfile)->size(), kFleet - 1) << "of those that are there";
  expect_same_now();
}

TEST_P(StoreLargeFleet, a_change_that_is_refused_leaves_nothing) {
  commit(registered());
  commit({change::InsertDeployment{large()}});
  commit({assigned(5)});
  refused({assigned(6), moved(0, 800, TargetState::Applied), change::DeleteChannel{"nobody"}},
          ErrorCode::NotFound, "channel.not_found");
  auto stranger = moved(0, 800, TargetState::Applied);
  stranger.deployment = DeploymentId("nobody");
  refused({stranger}, ErrorCode::NotFound, "deployment.not_found");
  expect_same_now();
}

TEST_P(StoreLargeFleet, many_changes_in_any_order_end_alike) {
  std::mt19937 random(42);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  commit(registered());
  commit({change::InsertDeployment{large()}});
  for (std::uint64_t generation = 10; generation < 40; ++generation) {
    const auto first = below(kFleet - 1);
    const auto count = 1 + below(kFleet - first);
    const auto state = static_cast<TargetState>(below(7));
    switch (below(4)) {
      case 0:
        commit({assigned(generation, count)});
        break;
      case 1:
        commit({moved(first, count, state)});
        break;
      case 2:
        commit({moved(first, std::min<std::size_t>(count, 3), state), assigned(generation)});
        break;
      default:
        commit({change::DeleteInstance{name(below(kFleet)), {}}});
    }
    if (below(4) == 0) expect_same_now();
  }
  expect_same_now();
}

HS_STORE_CONTRACT(StoreLargeFleet);

// ── what SQLite owes ────────────────────────────────────────────────────────────────────────────

class SqliteWriteBehind : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("hotswap.db"); }
  [[nodiscard]] std::string owed(const std::string& path) const {
    return RawDatabase(path).text("SELECT count(*) FROM write_behind");
  }
  void open() { store_ = std::move(SqliteStore::open({.path = path()})).value(); }
  void commit(const ChangeSet& changes) {
    ASSERT_TRUE(store_->commit(changes).has_value());
    ASSERT_TRUE(plain_.commit(changes).has_value());
  }
  void assign() {
    commit(registered());
    commit({change::InsertDeployment{large()}});
    commit({assigned(5), moved(0, kFleet, TargetState::Assigned)});
  }
  /// The files as a process that dies now would leave them.
  [[nodiscard]] std::string left_behind() const {
    const auto copy = folder_.file("dead.db");
    for (const std::string end : {"", "-wal"})
      std::filesystem::copy_file(path() + end, copy + end,
                                 std::filesystem::copy_options::overwrite_existing);
    return copy;
  }

  TempFolder folder_;
  std::unique_ptr<SqliteStore> store_;
  MemoryStore plain_;
};

TEST_F(SqliteWriteBehind, what_was_owed_when_the_process_died_is_there_when_the_next_one_opens) {
  open();
  assign();
  const auto copy = left_behind();
  ASSERT_NE(owed(copy), "0") << "it died before, as it should";
  auto next = SqliteStore::open({.path = copy});
  ASSERT_TRUE(next.has_value()) << next.error().internal;
  EXPECT_EQ(owed(copy), "0");
  expect_same_reads(**next, plain_);
}

TEST_F(SqliteWriteBehind, rows_follow_when_the_disk_is_idle) {
  open();
  assign();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (owed(path()) != "0" && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(owed(path()), "0");
  EXPECT_EQ(RawDatabase(path()).text("SELECT count(*) FROM assignments"), std::to_string(kFleet));
  EXPECT_EQ(RawDatabase(path()).text("SELECT count(*) FROM deployment_targets"),
            std::to_string(kFleet));
}

TEST_F(SqliteWriteBehind, nothing_is_owed_when_the_store_has_been_closed) {
  open();
  assign();
  store_.reset();
  EXPECT_EQ(owed(path()), "0");
  open();
  expect_same_reads(*store_, plain_);
}

TEST_F(SqliteWriteBehind, a_backup_owes_nothing) {
  open();
  assign();
  const auto copy = folder_.file("copy.db");
  ASSERT_TRUE(store_->backup(copy).has_value());
  EXPECT_EQ(owed(copy), "0");
  EXPECT_EQ(RawDatabase(copy).text("SELECT count(*) FROM assignments"), std::to_string(kFleet));
}

TEST_F(SqliteWriteBehind, a_database_that_owes_is_not_moved) {
  open();
  assign();
  const auto copy = left_behind();
  const auto refused = sqlite::MovingSide::source(copy);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "moving.unsettled");
  ASSERT_TRUE(SqliteStore::open({.path = copy}).has_value());
  EXPECT_TRUE(sqlite::MovingSide::source(copy).has_value());
}

TEST_F(SqliteWriteBehind, what_is_damaged_is_told_and_kept) {
  open();
  assign();
  store_.reset();
  RawDatabase(path()).run("INSERT INTO write_behind (kind, body) VALUES ('targets', '3:d-1-1,9')");
  const auto refused = SqliteStore::open({.path = path()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "store.corrupt");
  EXPECT_EQ(owed(path()), "1");
}

}  // namespace
}  // namespace hotswap::contract
