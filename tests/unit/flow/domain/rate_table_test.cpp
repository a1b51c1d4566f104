#include "domain/flow/rate_table.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

MonoTime at(std::chrono::milliseconds time) { return MonoTime(1h + time); }

struct Table : ::testing::Test {
  RateTable table{42, 16};
  Rate rate = Rate::of(10, 1s, 5);

  int granted(std::string_view key, MonoTime now, int tries = 100) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += table.take(0, key, rate, now).granted ? 1 : 0;
    return count;
  }
};

TEST_F(Table, GrantsABurstAndThenTheRate) {
  EXPECT_EQ(granted("a", at(0ms)), 5);
  EXPECT_EQ(granted("a", at(99ms)), 0);
  EXPECT_EQ(granted("a", at(100ms)), 1);
  EXPECT_EQ(granted("a", at(400ms)), 3);
  EXPECT_EQ(granted("a", at(60s)), 5) << "no more than the burst is saved up";
}

TEST_F(Table, SaysHowManyAreLeftAndHowLongToWait) {
  EXPECT_EQ(table.take(0, "a", rate, at(0ms)).left, 4);
  for (int i = 0; i < 4; ++i) static_cast<void>(table.take(0, "a", rate, at(0ms)));
  const auto refused = table.take(0, "a", rate, at(30ms));
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.left, 0);
  EXPECT_EQ(refused.wait, 70ms);
  EXPECT_EQ(table.look(0, "a", rate, at(30ms)).wait, 70ms);
  EXPECT_TRUE(table.take(0, "a", rate, at(100ms)).granted) << "a refusal takes nothing";
}

TEST_F(Table, KeysAndScopesAreApart) {
  EXPECT_EQ(granted("a", at(0ms)), 5);
  EXPECT_EQ(granted("b", at(0ms)), 5);
  EXPECT_TRUE(table.take(1, "a", rate, at(0ms)).granted);
}

TEST_F(Table, WithoutARateEverythingIsGranted) {
  rate = Rate::of(0, 1s, 5);
  EXPECT_EQ(granted("a", at(0ms), 1000), 1000);
}

TEST_F(Table, AFloodOfKeysNeitherGrowsItNorFreesWhoeverAskedTooMuch) {
  EXPECT_EQ(granted("greedy", at(0ms)), 5);
  for (int i = 0; i < 100'000; ++i)
    static_cast<void>(table.take(0, "stranger " + std::to_string(i), rate, at(0ms)));
  EXPECT_EQ(table.capacity(), 128u);
  EXPECT_EQ(granted("greedy", at(0ms)), 0) << "whoever used least is forgotten first";
}

TEST(Take, IsTheSameForEveryBurstAndRate) {
  for (const int burst : {1, 2, 7}) {
    for (const int rate : {1, 3, 1000}) {
      std::int64_t bucket = 0;
      std::int64_t now = 1'000'000'000'000;
      const auto limit = Rate::of(rate, 1s, burst);
      int count = 0;
      // Ten seconds in steps of a hundredth of the interval: at most so much later is each granted.
      const auto step = limit.interval.count() / 100;
      for (std::int64_t passed = 0; passed < 10'000'000'000; passed += step)
        count += take(bucket, limit, now + passed).granted ? 1 : 0;
      EXPECT_LE(count, 10 * rate + burst) << burst << ' ' << rate;
      EXPECT_GE(count, (10 * rate + burst) * 98 / 100 - 1) << burst << ' ' << rate;
    }
  }
}

}  // namespace
}  // namespace hotswap
