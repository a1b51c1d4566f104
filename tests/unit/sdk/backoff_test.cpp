#include "backoff.hpp"

#include <gtest/gtest.h>

namespace hotswap::sdk {
namespace {
using std::chrono::milliseconds;

TEST(Backoff, drawsBelowACeilingThatDoublesUpToItsMaximum) {
  Backoff backoff(milliseconds(100), milliseconds(1000), 1);
  for (const int ceiling : {100, 200, 400, 800, 1000, 1000}) {
    EXPECT_EQ(backoff.ceiling(), milliseconds(ceiling));
    const auto wait = backoff.next();
    EXPECT_GE(wait, milliseconds(0));
    EXPECT_LE(wait, milliseconds(ceiling));
  }
}

TEST(Backoff, spreadsOverTheWholeRangeSoThatAFleetDoesNotReturnInStep) {
  milliseconds least(1000);
  milliseconds most(0);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto wait = Backoff(milliseconds(1000), milliseconds(1000), seed).next();
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_LT(least, milliseconds(100));
  EXPECT_GT(most, milliseconds(900));
}

TEST(Backoff, comesBackWithinItsMaximumAfterADayOfFailures) {
  Backoff backoff(milliseconds(200), milliseconds(30'000), 1);
  for (milliseconds offline(0); offline < std::chrono::hours(24);) {
    const auto wait = backoff.next();
    ASSERT_LE(wait, milliseconds(30'000));
    offline += wait;
  }
}

TEST(Backoff, beginsAnewAfterAReset) {
  Backoff backoff(milliseconds(1), milliseconds(64), 1);
  for (int i = 0; i < 10; ++i) (void)backoff.next();
  EXPECT_EQ(backoff.ceiling(), milliseconds(64));
  backoff.reset();
  EXPECT_EQ(backoff.ceiling(), milliseconds(1));
}

}  // namespace
}  // namespace hotswap::sdk
