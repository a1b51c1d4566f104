#include "domain/archive/versions.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "orchestrator/archive_reader.hpp"
#include "orchestrator/retention_job.hpp"
#include "testing/memory_archive.hpp"
#include "testing/memory_metrics.hpp"
#include "testing/memory_tracer.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

class RetentionServiceTest : public ::testing::Test {
 protected:
  RetentionServiceTest() {
    store.read_archived_by(
        [this](const Version& version) { return ArchiveReader(archive).content_of(version); });
    Profile profile;
    profile.name = kName;
    profile.environment = "Production";
    ChangeSet changes{change::InsertProfile{profile}};
    for (int i = 0; i < 6; ++i) changes.push_back(change::InsertVersion{version(i)});
    EXPECT_TRUE(store.commit(std::move(changes)));
  }
  [[nodiscard]] Version version(int i) const {
    Version out;
    out.profile = kName;
    out.number = SemVer(1, 0, static_cast<std::uint64_t>(i));
    out.content = R"({"n":)" + std::to_string(i) + "}";
    out.hash = sha256_hex(json::canonical(*json::parse(out.content)));
    out.size = out.content.size();
    out.created_at = clock.wall() - std::chrono::days(100 - i);
    return out;
  }
  [[nodiscard]] RetentionRun run(bool dry = false) {
    RetentionService service({flaky, committer, &archive, clock, kPolicy});
    RetentionRun run;
    run.dry = dry;
    EXPECT_TRUE(service.run(kAdmin, run, [](const RetentionRun&) { return Result<void>(); }));
    return run;
  }
  /// How many are archived; all of them can be read, wherever they are.
  [[nodiscard]] int archived() {
    int count = 0;
    for (int i = 0; i < 6; ++i) {
      const auto read = store.version(kName, version(i).number);
      if (!read || read->content != version(i).content) return -1;
      if (read->archived) ++count;
    }
    return count;
  }

  static constexpr RetentionPolicy kPolicy{.versions = 2, .days = 30};
  const ProfileName kName{"payments.production"};
  FakeClock clock;
  MemoryStore store;
  FlakyStore flaky{store};
  Committer committer{flaky};
  MemoryArchive archive;
  MemoryMetrics metrics;
};

TEST_F(RetentionServiceTest, moves_what_is_old_and_reads_it_back) {
  const auto done = run();
  EXPECT_EQ(done.failed, 0U);
  EXPECT_EQ(done.versions, 4U);
  EXPECT_EQ(done.objects, 1U);
  EXPECT_EQ(archived(), 4);
  const auto events = store.events({}, 0, 10);
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().kind, "config.archived");
  EXPECT_EQ(store.audit_after(0, 10)->size(), 1U);
}

TEST_F(RetentionServiceTest, a_dry_run_tells_and_touches_nothing) {
  EXPECT_EQ(run(true).versions, 4U);
  EXPECT_EQ(archive.objects(), 0U);
  EXPECT_EQ(archived(), 0);
  EXPECT_EQ(flaky.commits(), 0);
}

TEST_F(RetentionServiceTest, a_second_run_finds_nothing_to_do) {
  EXPECT_EQ(run().versions, 4U);
  EXPECT_EQ(run().versions, 0U);
  EXPECT_EQ(archive.objects(), 1U);
}

TEST_F(RetentionServiceTest, an_archive_that_is_down_or_spoils_costs_no_content) {
  archive.set_down(true);
  EXPECT_EQ(run().failed, 1U);
  EXPECT_EQ(archived(), 0);
  archive.set_down(false);
  archive.spoil();
  EXPECT_EQ(run().failed, 1U);
  EXPECT_EQ(archived(), 0);
}

TEST_F(RetentionServiceTest, a_crash_before_or_after_the_commit_repeats_harmlessly) {
  flaky.fail_before_commit();
  EXPECT_EQ(run().failed, 1U);
  EXPECT_EQ(archived(), 0);
  flaky.fail_after_commit();
  EXPECT_EQ(run().failed, 1U);
  EXPECT_EQ(archived(), 4);
  EXPECT_EQ(run().failed, 0U);
  EXPECT_EQ(archived(), 4);
  EXPECT_EQ(archive.objects(), 1U) << "the same versions make the same object";
}

TEST_F(RetentionServiceTest, a_profile_may_keep_more_or_less_than_the_others) {
  auto profile = *store.profile(kName);
  profile.retention = {.versions = 5, .days = {}};
  ASSERT_TRUE(store.commit(ChangeSet{change::UpdateProfile{profile}}));
  EXPECT_EQ(run().versions, 1U);
  profile = *store.profile(kName);
  profile.retention = {.versions = 1, .days = 1};
  ASSERT_TRUE(store.commit(ChangeSet{change::UpdateProfile{profile}}));
  EXPECT_EQ(run().versions, 4U);
  EXPECT_EQ(archived(), 5);
}

TEST_F(RetentionServiceTest, neighbours_are_read_from_one_object_that_is_fetched_once) {
  EXPECT_EQ(run().versions, 4U);
  ArchiveReader reader(archive);
  const auto page = store.versions(kName, {});
  const auto content = [&](std::size_t at) { return reader.content_of(page->items[at]); };
  ASSERT_TRUE(content(5));
  archive.set_down(true);
  EXPECT_EQ(content(4), version(1).content);
  EXPECT_EQ(content(5), version(0).content);
  EXPECT_EQ(ArchiveReader(archive).content_of(page->items[4]).error().reason,
            "archive.unavailable");
}

/// Answers when the test says so.
class HangingArchive : public MemoryArchive {
 public:
  Result<std::string> get(const std::string& key) override {
    ++waiting;
    let_go.wait(false);
    return MemoryArchive::get(key);
  }
  std::atomic<int> waiting = 0;
  std::atomic<bool> let_go = false;
};

TEST_F(RetentionServiceTest, an_archive_that_hangs_takes_only_a_few_threads) {
  EXPECT_EQ(run().versions, 4U);
  const auto version = store.versions(kName, {})->items.back();
  HangingArchive hangs;
  ArchiveReader reader(hangs);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] { static_cast<void>(reader.content_of(version)); });
  while (hangs.waiting < 2) std::this_thread::yield();
  EXPECT_EQ(reader.content_of(version).error().reason, "archive.busy");
  EXPECT_EQ(hangs.waiting, 2);
  hangs.let_go = true;
  hangs.let_go.notify_all();
}

class RetentionJobTest : public RetentionServiceTest {
 protected:
  RetentionJob job(std::function<bool()> may_run = {}) {
    return RetentionJob({service, flaky, committer, &archive, clock, random, logger, metrics,
                         kPolicy, std::chrono::hours(3), std::move(may_run), tracer});
  }
  [[nodiscard]] std::vector<RetentionRun> runs() { return *store.retention_runs(); }
  void until_three() {
    const WallTime now = clock.wall();
    clock.advance(std::chrono::ceil<std::chrono::days>(now) + std::chrono::hours(3) - now);
  }

  FakeRandom random;
  MemoryLogger logger;
  Tracer* tracer = nullptr;
  RetentionService service{{flaky, committer, &archive, clock, kPolicy}};
};

TEST_F(RetentionJobTest, runs_once_a_day_at_its_time) {
  auto daily = job();
  daily.tick();
  EXPECT_TRUE(runs().empty());
  until_three();
  daily.tick();
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs().front().by, "system");
  EXPECT_EQ(runs().front().versions, 4U);
  EXPECT_EQ(archived(), 4);
  EXPECT_EQ(metrics.value("hotswap_retention_versions_total"), 4);
  clock.advance(std::chrono::hours(23));
  daily.tick();
  EXPECT_EQ(runs().size(), 1U);
  clock.advance(std::chrono::hours(1));
  daily.tick();
  EXPECT_EQ(runs().size(), 2U);
  EXPECT_EQ(metrics.value("hotswap_retention_last_success_seconds"),
            std::chrono::duration<double>(runs()[1].finished_at->time_since_epoch()).count())
      << "of the run before this tick";
}

TEST_F(RetentionJobTest, only_the_node_that_may_looks_at_the_clock_but_each_can_be_asked) {
  auto other = job([] { return false; });
  until_three();
  other.tick();
  EXPECT_TRUE(runs().empty());
  ASSERT_TRUE(other.ask(kAdmin, false));
  other.tick();
  EXPECT_EQ(archived(), 4);
}

TEST_F(RetentionJobTest, a_node_that_no_longer_leads_ends_its_run_and_says_so) {
  int asked = 0;
  auto daily = job([&] { return ++asked < 2; });
  until_three();
  daily.tick();
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_NE(runs().front().error.find("Another node leads"), std::string::npos);
  EXPECT_EQ(state_of(runs().front(), clock.wall()), RetentionState::Failed);
  EXPECT_EQ(archived(), 0);
}

TEST_F(RetentionJobTest, two_at_once_are_refused_on_whatever_node) {
  auto one = job();
  auto two = job();
  ASSERT_TRUE(one.ask(kAdmin, false));
  const auto refused = two.ask(kAdmin, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "retention.running");
  one.tick();
  EXPECT_TRUE(two.ask(kAdmin, true));
}

TEST_F(RetentionJobTest, a_run_whose_node_died_hinders_the_next_for_minutes_only) {
  {
    auto dies = job();
    ASSERT_TRUE(dies.ask(kAdmin, false));
  }
  auto next = job();
  EXPECT_FALSE(next.ask(kAdmin, false));
  clock.advance(std::chrono::minutes(2));
  EXPECT_TRUE(next.ask(kAdmin, false));
}

TEST_F(RetentionJobTest, what_was_asked_for_is_archived_in_the_requests_trace) {
  Caller caller = kAdmin;
  caller.trace = *tracing::parse_context("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  auto untraced = job();
  ASSERT_TRUE(untraced.ask(caller, false));
  untraced.tick();
  EXPECT_EQ(archived(), 4);
  EXPECT_EQ(archive.put_in(), std::vector<std::string>{""});
  ASSERT_TRUE(store.commit({change::InsertVersion{version(6)}}));
  MemoryTracer traces(clock);
  tracer = &traces;
  auto traced = job();
  ASSERT_TRUE(traced.ask(caller, false));
  traced.tick();
  EXPECT_EQ(archive.put_in().back(), tracing::traceparent(caller.trace));
  EXPECT_EQ(TraceScope::current(), nullptr) << "the daily run belongs to nobody";
}

TEST_F(RetentionJobTest, a_failed_run_is_counted_and_tried_again_after_an_hour) {
  auto daily = job();
  archive.set_down(true);
  until_three();
  daily.tick();
  EXPECT_EQ(metrics.value("hotswap_retention_failures_total"), 1);
  EXPECT_EQ(metrics.value("hotswap_archive_up"), 0);
  EXPECT_TRUE(daily.archive_health().error);
  archive.set_down(false);
  clock.advance(std::chrono::minutes(59));
  daily.tick();
  EXPECT_EQ(archived(), 0);
  EXPECT_FALSE(daily.archive_health().error);
  EXPECT_EQ(metrics.value("hotswap_archive_up"), 1);
  clock.advance(std::chrono::minutes(1));
  daily.tick();
  EXPECT_EQ(archived(), 4);
}

TEST_F(RetentionJobTest, a_server_that_stops_ends_the_run_before_the_next_profile) {
  auto daily = job();
  ASSERT_TRUE(daily.ask(kAdmin, false));
  daily.stop();
  daily.tick();
  EXPECT_NE(runs().front().error.find("stopped"), std::string::npos);
  EXPECT_EQ(archived(), 0);
}

TEST_F(RetentionJobTest, only_an_admin_may_begin_a_run) {
  auto daily = job();
  Caller developer;
  developer.principal.roles = {Role::Developer};
  EXPECT_EQ(daily.ask(developer, true).error().code, ErrorCode::Forbidden);
  EXPECT_EQ(daily.view(developer).error().code, ErrorCode::Forbidden);
  EXPECT_TRUE(daily.view(kAdmin));
}

TEST_F(RetentionJobTest, without_an_archive_old_records_are_dropped_all_the_same) {
  RetentionService bare({flaky, committer, nullptr, clock, kPolicy});
  RetentionJob daily({bare, flaky, committer, nullptr, clock, random, logger, metrics, kPolicy,
                      std::chrono::hours(3)});
  EXPECT_EQ(daily.ask(kAdmin, false).error().reason, "retention.no_archive");
  EXPECT_TRUE(daily.archive_health().where.empty());
  change::PutIdempotent answer;
  answer.key = "k";
  answer.expires = clock.wall() + std::chrono::minutes(1);
  ASSERT_TRUE(store.commit(ChangeSet{answer}));
  until_three();
  daily.tick();
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs().front().pruned, 1U);
  EXPECT_EQ(archived(), 0);
}

}  // namespace
}  // namespace hotswap::testing
