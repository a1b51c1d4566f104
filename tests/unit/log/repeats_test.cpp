#include "domain/log/repeats.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr RepeatRule kRule{.first = 3, .window = 10s, .kept = 4};
constexpr MonoTime kStart{1000s};

struct Repeating : ::testing::Test {
  Repeats repeats{kRule};

  int written(int lines, MonoTime at, LogLevel level = LogLevel::Warning) {
    int count = 0;
    for (int i = 0; i < lines; ++i) count += repeats.admit("store", "commit failed", level, at);
    return count;
  }
};

TEST_F(Repeating, the_first_lines_are_written_and_the_others_are_told_as_a_count) {
  EXPECT_EQ(written(10, kStart), 3);
  EXPECT_TRUE(repeats.due(kStart + 9s).empty());
  const auto due = repeats.due(kStart + 10s);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0], (Repeated{"store", "commit failed", LogLevel::Warning, 7, 10s}));
  EXPECT_TRUE(repeats.due(kStart + 20s).empty()) << "told once";
}

TEST_F(Repeating, a_new_window_writes_again) {
  EXPECT_EQ(written(2, kStart), 2);
  EXPECT_EQ(written(4, kStart + 11s), 3);
}

TEST_F(Repeating, nothing_is_forgotten_when_nobody_asked_at_the_end_of_a_window) {
  written(5, kStart);
  written(2, kStart + 30s);
  const auto due = repeats.due(kStart + 31s);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].count, 4U);
}

TEST_F(Repeating, errors_are_counted_as_well_and_give_their_level) {
  written(4, kStart, LogLevel::Info);
  written(1, kStart, LogLevel::Error);
  written(1, kStart, LogLevel::Info);
  const auto due = repeats.due(kStart, true);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].level, LogLevel::Error);
  EXPECT_EQ(due[0].count, 3U);
}

TEST_F(Repeating, the_same_words_of_another_module_are_another_line) {
  written(10, kStart);
  EXPECT_TRUE(repeats.admit("api", "commit failed", LogLevel::Info, kStart));
}

TEST_F(Repeating, memory_is_bounded_and_what_finds_no_room_is_written) {
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(repeats.admit("api", "line " + std::to_string(i), LogLevel::Info, kStart));
  EXPECT_EQ(written(10, kStart), 10);
  EXPECT_TRUE(repeats.due(kStart + 10s).empty());
  EXPECT_EQ(written(10, kStart + 10s), 3) << "there is room again";
}

TEST(Repeats, with_zero_everything_is_written) {
  Repeats repeats({.first = 0});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(repeats.admit("api", "a line", LogLevel::Info, kStart));
  EXPECT_TRUE(repeats.due(kStart, true).empty());
}

}  // namespace
}  // namespace hotswap
