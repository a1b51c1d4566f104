#include "domain/config/retention.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

const WallTime kNow = WallTime(std::chrono::days(20'000));

SemVer ver(std::uint64_t patch) { return SemVer(1, 0, patch); }

/// `count` versions, newest first, one a day; the newest is 1.0.`count`, uploaded now.
std::vector<Version> one_a_day(int count) {
  std::vector<Version> versions;
  for (int age = 0; age < count; ++age) {
    Version version;
    version.number = ver(static_cast<std::uint64_t>(count - age));
    version.created_at = kNow - std::chrono::days(age);
    versions.push_back(version);
  }
  return versions;
}

std::vector<Retained> why(const RetentionPolicy& policy, const std::vector<Version>& versions,
                          const std::set<SemVer>& in_use = {}) {
  std::vector<Retained> out;
  for (const auto& verdict : judge_retention(policy, versions, in_use, kNow))
    out.push_back(verdict.why);
  return out;
}

using enum Retained;

TEST(Retention, the_newest_and_the_young_stay_and_the_rest_goes) {
  EXPECT_EQ(why({.versions = 2, .days = 3}, one_a_day(6)),
            (std::vector{Newest, Newest, Young, Young, No, No}));
}

TEST(Retention, a_version_is_young_to_the_very_end_of_its_last_day) {
  auto versions = one_a_day(2);
  versions[1].created_at = kNow - std::chrono::days(90);
  EXPECT_EQ(why({.versions = 1, .days = 90}, versions)[1], Young);
  versions[1].created_at -= Duration(1);
  EXPECT_EQ(why({.versions = 1, .days = 90}, versions)[1], No);
}

TEST(Retention, the_defaults_are_a_hundred_versions_and_ninety_days) {
  const auto verdicts = why({}, one_a_day(200));
  EXPECT_EQ(std::ranges::count(verdicts, Newest), 100);
  EXPECT_EQ(std::ranges::count(verdicts, No), 100);
  auto busy = one_a_day(200);
  for (auto& version : busy) version.created_at = kNow - std::chrono::days(80);
  EXPECT_EQ(std::ranges::count(why({}, busy), No), 0);
}

TEST(Retention, whatever_is_tagged_or_in_use_stays_however_old) {
  auto versions = one_a_day(10);
  versions[8].tags = {"before-the-move"};
  EXPECT_EQ(why({.versions = 1, .days = 0}, versions, {ver(1)}),
            (std::vector{Newest, No, No, No, No, No, No, No, Tagged, InUse}));
}

TEST(Retention, what_is_archived_is_counted_but_not_archived_again) {
  auto versions = one_a_day(4);
  versions[0].archived = ArchivePlace{"object", 0};
  EXPECT_EQ(why({.versions = 2, .days = 0}, versions), (std::vector{Archived, Newest, No, No}));
}

TEST(Retention, a_clock_that_was_ahead_at_the_upload_makes_nothing_old) {
  auto versions = one_a_day(2);
  versions[1].created_at = kNow + std::chrono::hours(1);
  EXPECT_EQ(why({.versions = 1, .days = 0}, versions)[1], Young);
}

TEST(Retention, in_use_is_what_runs_shall_run_and_may_have_to_come_back) {
  Profile profile;
  profile.stable = ver(1);
  Assignment assignment;
  assignment.active = Assignment::Slot{ver(2), "", 1};
  assignment.staged = Assignment::Slot{ver(3), "", 2};
  Observation observation;
  observation.version = ver(4);
  Deployment active;
  active.version = ver(5);
  active.previous_stable = ver(6);
  Target target;
  target.previous = ver(7);
  active.targets.push_back(target);
  EXPECT_EQ(versions_in_use(profile, {assignment}, {observation}, active),
            (std::set{ver(1), ver(2), ver(3), ver(4), ver(5), ver(6), ver(7)}));
}

TEST(Retention, an_idle_profile_without_a_stable_version_uses_nothing) {
  EXPECT_TRUE(versions_in_use({}, {{}}, {{}}, {}).empty());
}

}  // namespace
}  // namespace hotswap
