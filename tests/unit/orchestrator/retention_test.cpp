#include "domain/archive/versions.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "orchestrator/retention_service.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

class MemoryArchive : public Archive {
 public:
  Result<void> put(const std::string& key, std::string_view bytes) override {
    if (down) return fail(ErrorCode::Unavailable, "archive.unavailable", "down");
    objects[key] = bytes;
    if (spoils) objects[key].back() ^= 1;
    return {};
  }
  Result<std::string> get(const std::string& key) override {
    if (!objects.contains(key)) return fail(ErrorCode::NotFound, "archive.not_found", key);
    return objects[key];
  }
  Result<void> remove(const std::string& key) override {
    objects.erase(key);
    return {};
  }
  Result<void> check() override { return {}; }
  [[nodiscard]] std::string where() const override { return "memory"; }

  std::map<std::string, std::string> objects;
  bool down = false, spoils = false;
};

class RetentionServiceTest : public ::testing::Test {
 protected:
  RetentionServiceTest() {
    store.read_archived_by(
        [this](const Version& version) { return RetentionService::read(archive, version); });
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
  [[nodiscard]] RetentionService service(std::function<bool()> may_run = {}) {
    return RetentionService({flaky, committer, archive, clock, metrics,
                             RetentionPolicy{.versions = 2, .days = 30}, std::move(may_run)});
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

  const ProfileName kName{"payments.production"};
  FakeClock clock;
  MemoryStore store;
  FlakyStore flaky{store};
  Committer committer{flaky};
  MemoryArchive archive;
  MemoryMetrics metrics;
};

TEST_F(RetentionServiceTest, moves_what_is_old_and_reads_it_back) {
  const auto run = service().run(kAdmin, false);
  ASSERT_TRUE(run);
  EXPECT_TRUE(run->failures.empty());
  EXPECT_EQ(run->versions, 4U);
  EXPECT_EQ(run->objects, 1U);
  EXPECT_EQ(archived(), 4);
  EXPECT_EQ(metrics.value("hotswap_retention_versions_total"), 4);
  const auto events = store.events({}, 0, 10);
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().kind, "config.archived");
  EXPECT_EQ(store.audit_after(0, 10)->size(), 1U);
}

TEST_F(RetentionServiceTest, a_dry_run_tells_and_touches_nothing) {
  const auto run = service().run(kAdmin, true);
  EXPECT_EQ(run->versions, 4U);
  EXPECT_TRUE(archive.objects.empty());
  EXPECT_EQ(archived(), 0);
  EXPECT_EQ(flaky.commits(), 0);
}

TEST_F(RetentionServiceTest, a_second_run_finds_nothing_to_do) {
  ASSERT_TRUE(service().run(kAdmin, false));
  const auto again = service().run(kAdmin, false);
  EXPECT_EQ(again->versions, 0U);
  EXPECT_EQ(archive.objects.size(), 1U);
}

TEST_F(RetentionServiceTest, an_archive_that_is_down_or_spoils_costs_no_content) {
  archive.down = true;
  EXPECT_EQ(service().run(kAdmin, false)->failures.size(), 1U);
  EXPECT_EQ(archived(), 0);
  archive.down = false;
  archive.spoils = true;
  EXPECT_EQ(service().run(kAdmin, false)->failures.size(), 1U);
  EXPECT_EQ(archived(), 0);
  EXPECT_EQ(metrics.value("hotswap_retention_failures_total"), 2);
}

TEST_F(RetentionServiceTest, a_crash_before_or_after_the_commit_repeats_harmlessly) {
  flaky.fail_before_commit();
  EXPECT_EQ(service().run(kAdmin, false)->failures.size(), 1U);
  EXPECT_EQ(archived(), 0);
  flaky.fail_after_commit();
  EXPECT_EQ(service().run(kAdmin, false)->failures.size(), 1U);
  EXPECT_EQ(archived(), 4);
  EXPECT_TRUE(service().run(kAdmin, false)->failures.empty());
  EXPECT_EQ(archived(), 4);
  EXPECT_EQ(archive.objects.size(), 1U) << "the same versions make the same object";
}

TEST_F(RetentionServiceTest, leaves_it_to_the_node_that_holds_the_lock) {
  const auto run = service([] { return false; }).run(kAdmin, false);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().reason, "retention.elsewhere");
  EXPECT_EQ(archived(), 0);
}

}  // namespace
}  // namespace hotswap::testing
