// What retention asks of a store: content that moves away, records that are dropped.
#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

class StoreRetention : public StoreContract {
 protected:
  StoreRetention() {
    put({change::InsertProfile{sample_profile()},
         change::InsertVersion{sample_version(kProfile.str(), "1.0.0")},
         change::InsertVersion{sample_version(kProfile.str(), "1.1.0")}});
  }
  [[nodiscard]] change::ArchiveVersions archived(const std::string& number, std::string object,
                                                 std::uint64_t line) const {
    const auto hash = sample_version(kProfile.str(), number).hash;
    return {kProfile, {{ver(number), hash, {std::move(object), line}}}};
  }

  const ProfileName kProfile = sample_profile().name;
};
HS_STORE_CONTRACT(StoreRetention);

TEST_P(StoreRetention, an_archived_version_is_listed_with_its_place) {
  put({change::PutTag{kProfile, "old", ver("1.0.0")}, archived("1.0.0", "versions/p/x.zst", 7)});
  const auto page = store().versions(kProfile, {});
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_FALSE(page->items[0].archived);
  EXPECT_EQ(page->items[1].archived, (ArchivePlace{"versions/p/x.zst", 7}));
  auto expected = sample_version(kProfile.str(), "1.0.0");
  EXPECT_EQ(page->items[1].size, expected.size);
  EXPECT_EQ(page->items[1].tags, std::vector<std::string>{"old"});
  EXPECT_EQ(store().version_numbers(kProfile)->size(), 2U);
}

TEST_P(StoreRetention, one_version_is_listed_without_asking_the_archive) {
  put({archived("1.0.0", "versions/p/x.zst", 7)});
  for (const auto* number : {"1.0.0", "1.1.0"}) {
    const auto listed = store().listed_version(kProfile, ver(number));
    ASSERT_TRUE(listed) << listed.error().detail;
    EXPECT_EQ(listed->hash, sample_version(kProfile.str(), number).hash);
    EXPECT_EQ(listed->content, "");
  }
  EXPECT_EQ(store().listed_version(kProfile, ver("9.9.9")).error().reason, "version.not_found");
}

TEST_P(StoreRetention, its_content_is_read_from_the_archive) {
  const auto whole = sample_version(kProfile.str(), "1.0.0");
  std::vector<ArchivePlace> asked;
  store().read_archived_by([&](const Version& version) -> Result<std::string> {
    asked.push_back(*version.archived);
    return whole.content;
  });
  put({archived("1.0.0", "versions/p/x.zst", 7)});
  const auto version = store().version(kProfile, ver("1.0.0"));
  ASSERT_TRUE(version);
  expect_same(*version, whole);
  EXPECT_EQ(asked, (std::vector{ArchivePlace{"versions/p/x.zst", 7}}));
  EXPECT_TRUE(store().version(kProfile, ver("1.1.0")));
  EXPECT_EQ(asked.size(), 1U) << "nobody asks for what is here";
}

TEST_P(StoreRetention, what_the_archive_refuses_is_the_answer) {
  put({archived("1.0.0", "versions/p/x.zst", 0)});
  EXPECT_EQ(store().version(kProfile, ver("1.0.0")).error().reason, "archive.unavailable");
  store().read_archived_by(
      [](const Version&) { return fail(ErrorCode::Internal, "archive.damaged", ""); });
  EXPECT_EQ(store().version(kProfile, ver("1.0.0")).error().reason, "archive.damaged");
}

TEST_P(StoreRetention, archiving_again_leaves_the_first_place) {
  put({archived("1.0.0", "versions/p/x.zst", 7)});
  put({archived("1.0.0", "versions/p/y.zst", 1)});
  EXPECT_EQ(store().versions(kProfile, {})->items[1].archived,
            (ArchivePlace{"versions/p/x.zst", 7}));
}

TEST_P(StoreRetention, what_is_not_what_was_archived_keeps_its_content) {
  auto other = archived("1.0.0", "versions/p/x.zst", 0);
  other.items[0].hash = "of something else";
  refused({archived("1.1.0", "versions/p/x.zst", 1), other}, ErrorCode::Conflict,
          "version.changed");
  other.items[0].number = ver("9.9.9");
  refused({other}, ErrorCode::NotFound, "version.not_found");
  for (const auto* number : {"1.0.0", "1.1.0"})
    expect_same(*store().version(kProfile, ver(number)), sample_version(kProfile.str(), number));
}

TEST_P(StoreRetention, a_restored_version_has_its_content_here_again) {
  const auto whole = sample_version(kProfile.str(), "1.0.0");
  const change::RestoreVersion back{kProfile, whole.number, whole.hash, whole.content};
  put({archived("1.0.0", "versions/p/x.zst", 7)});
  put({back});
  expect_same(*store().version(kProfile, whole.number), whole);
  EXPECT_FALSE(store().version(kProfile, whole.number)->archived);
  auto again = back;
  again.content = "{}";
  put({again});
  expect_same(*store().version(kProfile, whole.number), whole);
  put({archived("1.0.0", "versions/p/y.zst", 1)});
  EXPECT_EQ(store().versions(kProfile, {})->items[1].archived,
            (ArchivePlace{"versions/p/y.zst", 1}));
  again.hash = "of something else";
  refused({again}, ErrorCode::Conflict, "version.changed");
  again.number = ver("9.9.9");
  refused({again}, ErrorCode::NotFound, "version.not_found");
}

TEST_P(StoreRetention, the_newest_runs_are_kept_and_replaced_by_id) {
  const auto run = [](int i) {
    RetentionRun made;
    made.id = "run-" + std::to_string(i);
    made.by = "ada";
    made.started_at = made.updated_at = at(i);
    return made;
  };
  for (int i = 0; i < 32; ++i) put({change::PutRetentionRun{run(i)}});
  auto ended = run(31);
  ended.finished_at = at(40);
  ended.versions = 12;
  ended.fail("payments: the disk is full");
  put({change::PutRetentionRun{ended}});
  const auto runs = store().retention_runs();
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), change::kRetentionRunsKept);
  EXPECT_EQ(runs->front().id, "run-31");
  EXPECT_EQ(runs->front().finished_at, at(40));
  EXPECT_EQ(runs->front().failures, ended.failures);
  EXPECT_EQ(runs->back().id, "run-2");
}

TEST_P(StoreRetention, a_profile_keeps_its_own_word) {
  auto wishes = sample_profile();
  wishes.name = ProfileName("wishes");
  wishes.retention = {.versions = 5, .days = {}};
  put({change::InsertProfile{wishes}});
  expect_same(*store().profile(wishes.name), wishes);
  wishes.retention = {.versions = {}, .days = 7};
  put({change::UpdateProfile{wishes}});
  EXPECT_EQ(store().profile(wishes.name)->retention, wishes.retention);
  EXPECT_EQ(store().profile(kProfile)->retention, RetentionWish{});
}

TEST_P(StoreRetention, health_records_of_deployments_that_ended_long_ago_go) {
  auto ended = sample_deployment("d-ended");
  ended.state = Succeeded{at(10)};
  ended.progressed_at = at(10);
  auto lately = sample_deployment("d-lately");
  lately.state = Succeeded{at(99)};
  lately.progressed_at = at(99);
  auto runs = sample_deployment("d-runs");
  runs.progressed_at = at(10);
  for (const auto& deployment : {ended, lately, runs}) {
    put({change::InsertDeployment{deployment},
         change::AppendHealthRecord{sample_record(deployment.id.str())},
         change::AppendHealthRecord{sample_record(deployment.id.str())}});
  }
  const change::PruneRecords prune{.health_before = at(50), .limit = 1};
  EXPECT_EQ(put({prune}).pruned, 1U) << "no more than asked for at a time";
  EXPECT_EQ(put({prune}).pruned, 1U);
  EXPECT_EQ(put({prune}).pruned, 0U);
  EXPECT_EQ(store().health_records(ended.id, 0, 10)->size(), 0U);
  EXPECT_EQ(store().health_records(lately.id, 0, 10)->size(), 2U);
  EXPECT_EQ(store().health_records(runs.id, 0, 10)->size(), 2U);
}

TEST_P(StoreRetention, old_dead_letters_go_and_what_is_still_tried_stays) {
  put({change::EnqueueOutbox{"dead", "notice", json::Object{}, at(1)},
       change::EnqueueOutbox{"tried", "notice", json::Object{}, at(1)},
       change::EnqueueOutbox{"lately", "notice", json::Object{}, at(60)},
       change::BuryOutbox{"dead", 8, "down"}, change::BuryOutbox{"lately", 8, "down"}});
  EXPECT_EQ(put({change::PruneRecords{.dead_letters_before = at(50), .limit = 10}}).pruned, 1U);
  const auto letters = store().dead_letters({});
  ASSERT_EQ(letters->items.size(), 1U);
  EXPECT_EQ(letters->items[0].id, "lately");
  EXPECT_EQ(store().outbox(at(100), 10)->size(), 1U);
  refused({change::ReviveOutbox{"dead", at(1)}}, ErrorCode::NotFound, "dead_letter.not_found");
}

TEST_P(StoreRetention, expired_answers_go) {
  const auto day = std::chrono::hours(24);
  put({change::PutIdempotent{"a", "h", 200, "{}", "", at(0) + day},
       change::PutIdempotent{"b", "h", 200, "{}", "", at(60) + day}});
  EXPECT_EQ(put({change::PruneRecords{.answers_before = at(30) + day, .limit = 10}}).pruned, 1U);
  EXPECT_FALSE(*store().idempotent("a", at(0)));
  EXPECT_TRUE(*store().idempotent("b", at(0)));
}

}  // namespace
}  // namespace hotswap::contract
