#include "domain/config/retention_run.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

WallTime at(std::string_view text) { return *parse_time(text); }

RetentionRun run_at(std::string_view started, std::optional<std::string_view> finished = {}) {
  RetentionRun run;
  run.id = "r1";
  run.by = "system";
  run.started_at = at(started);
  run.updated_at = finished ? at(*finished) : run.started_at;
  if (finished) run.finished_at = at(*finished);
  return run;
}

TEST(NextRetention, the_first_is_at_the_next_time_of_day) {
  EXPECT_EQ(next_retention(3h, {}, at("2026-05-01T02:59:00Z")), at("2026-05-01T03:00:00Z"));
  EXPECT_EQ(next_retention(3h, {}, at("2026-05-01T03:00:00Z")), at("2026-05-02T03:00:00Z"));
}

TEST(NextRetention, follows_the_last_whenever_the_server_began) {
  const auto last = run_at("2026-05-01T03:00:01Z", "2026-05-01T03:10:00Z");
  EXPECT_EQ(next_retention(3h, last, at("2026-05-05T12:00:00Z")), at("2026-05-02T03:00:00Z"))
      << "days that were slept through are made up for";
}

TEST(NextRetention, a_failure_is_tried_again_after_an_hour_but_no_later_than_the_day) {
  auto last = run_at("2026-05-01T03:00:00Z", "2026-05-01T03:10:00Z");
  last.fail("payments.production: the disk is full");
  EXPECT_EQ(next_retention(3h, last, {}), at("2026-05-01T04:10:00Z"));
  last.finished_at = at("2026-05-02T02:30:00Z");
  EXPECT_EQ(next_retention(3h, last, {}), at("2026-05-02T03:00:00Z"));
  auto cut = run_at("2026-05-01T03:00:00Z", "2026-05-01T03:00:30Z");
  cut.error = "the server was stopped";
  EXPECT_EQ(next_retention(3h, cut, {}), at("2026-05-01T04:00:30Z"));
}

TEST(NextRetention, what_was_interrupted_is_tried_again_an_hour_after_its_last_word) {
  auto last = run_at("2026-05-01T03:00:00Z");
  last.updated_at = at("2026-05-01T03:20:00Z");
  EXPECT_EQ(next_retention(3h, last, {}), at("2026-05-01T04:20:00Z"));
}

TEST(RetentionState, a_run_without_a_word_for_minutes_is_interrupted) {
  auto run = run_at("2026-05-01T03:00:00Z");
  EXPECT_EQ(state_of(run, run.updated_at + 1min), RetentionState::Running);
  EXPECT_EQ(state_of(run, run.updated_at + 2min), RetentionState::Interrupted);
  run.finished_at = run.updated_at;
  EXPECT_EQ(state_of(run, run.updated_at + 24h), RetentionState::Done);
  run.fail("x");
  EXPECT_EQ(state_of(run, run.updated_at), RetentionState::Failed);
}

TEST(RetentionRun, counts_every_failure_and_keeps_the_first) {
  RetentionRun run;
  for (int i = 0; i < 1000; ++i) run.fail(std::to_string(i));
  EXPECT_EQ(run.failed, 1000U);
  EXPECT_EQ(run.failures.size(), 20U);
  EXPECT_EQ(run.failures.front(), "0");
}

TEST(RetentionRun, is_read_back_as_it_was_written) {
  auto run = run_at("2026-05-01T03:00:00Z", "2026-05-01T03:10:00Z");
  run.dry = true;
  run.profiles = 3;
  run.versions = 4;
  run.bytes = 5'000'000'000;
  run.objects = 6;
  run.pruned = 7;
  run.fail("a \"quoted\" one");
  run.error = "early";
  const auto text = json::write(to_json(run));
  const auto again = retention_run_from_json(*json::parse(text));
  ASSERT_TRUE(again);
  EXPECT_EQ(json::write(to_json(*again)), text);
  EXPECT_EQ(again->bytes, run.bytes);
  EXPECT_EQ(again->finished_at, run.finished_at);
}

}  // namespace
}  // namespace hotswap
