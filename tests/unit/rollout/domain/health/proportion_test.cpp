#include "domain/health/proportion.hpp"

#include <gtest/gtest.h>

#include <random>

namespace hotswap {
namespace {

TEST(AlwaysValidBounds, SayNothingWithoutData) {
  const auto bounds = always_valid_bounds(0, 0, 0.001);
  EXPECT_EQ(bounds.lower, 0);
  EXPECT_EQ(bounds.upper, 1);
}

TEST(AlwaysValidBounds, HoldTheObservedRateAndNarrowWithData) {
  double width = 1;
  for (const double total : {10, 100, 1000, 100000}) {
    const auto bounds = always_valid_bounds(total / 5, total, 0.001);
    EXPECT_LT(bounds.lower, 0.2);
    EXPECT_GT(bounds.upper, 0.2);
    EXPECT_LT(bounds.upper - bounds.lower, width);
    width = bounds.upper - bounds.lower;
  }
  EXPECT_LT(width, 0.02);
}

TEST(AlwaysValidBounds, MirrorHitsAndMisses) {
  const auto hits = always_valid_bounds(30, 100, 0.001);
  const auto misses = always_valid_bounds(70, 100, 0.001);
  EXPECT_NEAR(hits.lower, 1 - misses.upper, 1e-9);
  EXPECT_NEAR(hits.upper, 1 - misses.lower, 1e-9);
}

TEST(AlwaysValidBounds, StayOpenAtAnEndThatWasNeverLeft) {
  EXPECT_EQ(always_valid_bounds(0, 50, 0.001).lower, 0);
  EXPECT_EQ(always_valid_bounds(50, 50, 0.001).upper, 1);
}

TEST(AlwaysValidBounds, AgreeWithExcludes) {
  const auto bounds = always_valid_bounds(12, 300, 0.001);
  EXPECT_TRUE(excludes(12, 300, bounds.lower - 1e-6, 0.001));
  EXPECT_FALSE(excludes(12, 300, bounds.lower + 1e-6, 0.001));
  EXPECT_FALSE(excludes(12, 300, bounds.upper - 1e-6, 0.001));
  EXPECT_TRUE(excludes(12, 300, bounds.upper + 1e-6, 0.001));
  EXPECT_FALSE(excludes(0, 0, 0.5, 0.001));
}

TEST(AlwaysValidBounds, MissTheTruthAtMostAsOftenAsAlphaHoweverOftenOneLooks) {
  constexpr double kAlpha = 0.05;
  constexpr int kRuns = 2000;
  std::mt19937_64 random(11);
  std::bernoulli_distribution hit(0.1);
  int missed = 0;
  for (int run = 0; run < kRuns; ++run) {
    double hits = 0;
    for (int total = 1; total <= 500; ++total) {
      hits += hit(random) ? 1 : 0;
      if (!excludes(hits, total, 0.1, kAlpha)) continue;
      ++missed;
      break;
    }
  }
  EXPECT_LE(missed, kRuns * kAlpha);
}

}  // namespace
}  // namespace hotswap
