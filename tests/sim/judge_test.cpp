// The judge on simulated traffic, in small: the tables of docs/health.md are ./dev bench judge's.

#include <gtest/gtest.h>

#include <cmath>

#include "sim/model/measure.hpp"
#include "sim/model/scenarios.hpp"

namespace hotswap::sim {
namespace {

constexpr std::uint64_t kSeed = 4;

std::string told(const Tally& tally) {
  std::string text = std::to_string(tally.runs) + " runs, " + std::to_string(tally.blamed) +
                     " blamed, " + std::to_string(tally.detected) + " detected, " +
                     std::to_string(tally.paused) + " paused";
  for (const auto& example : tally.examples) text += "\n  " + example;
  return text;
}

Tally ours(std::string_view name, std::size_t runs) {
  return measure(scenario(name), Judge::HotSwap, runs, kSeed);
}

TEST(Judge, the_same_seed_gives_the_same_end) {
  const auto typical = scenario("+6 points, 100 req/s at the canary");
  const auto first = simulate(typical, Judge::HotSwap, kSeed);
  const auto second = simulate(typical, Judge::HotSwap, kSeed);
  EXPECT_EQ(first.end, second.end);
  EXPECT_EQ(first.after, second.after);
}

TEST(Judge, healthy_versions_are_not_blamed) {
  for (const auto* name : {"typical, 100 req/s", "typical, 1,000 req/s", "typical, 10,000 req/s"}) {
    const auto tally = ours(name, 4);
    EXPECT_EQ(tally.blamed, 0U) << name << ": " << told(tally);
    EXPECT_EQ(tally.paused, 0U) << name << ": " << told(tally);
  }
}

TEST(Judge, a_host_that_was_bad_before_does_not_condemn_a_version) {
  const auto tally = ours("the canary was bad before (+8 points, latency × 2)", 4);
  EXPECT_EQ(tally.blamed, 0U) << told(tally);
}

TEST(Judge, a_host_that_flaps_does_not_condemn_a_version) {
  const auto tally = ours("the canary flaps (+30 points every other 30 s)", 12);
  EXPECT_EQ(tally.blamed, 0U) << told(tally);
}

TEST(Judge, six_points_more_errors_are_found_in_time) {
  const auto tally = ours("+6 points, 100 req/s at the canary", 40);
  ASSERT_TRUE(tally.detected_within(0.9)) << told(tally);
  EXPECT_LT(*tally.detected_within(0.5), 30) << told(tally);
  EXPECT_LT(*tally.detected_within(0.9), 60) << told(tally);
}

TEST(Judge, six_points_more_errors_of_steady_hosts_are_found_sooner) {
  const auto tally = ours("+6 points, 100 req/s at the canary, independent", 40);
  ASSERT_TRUE(tally.detected_within(0.95)) << told(tally);
  EXPECT_LT(*tally.detected_within(0.5), 20) << told(tally);
  EXPECT_LT(*tally.detected_within(0.95), 60) << told(tally);
}

TEST(Judge, six_points_more_errors_are_found_with_slow_heartbeats) {
  const auto tally = ours("+6 points, 100 req/s at the canary, 30-s heartbeats", 20);
  ASSERT_TRUE(tally.detected_within(0.5)) << told(tally);
  EXPECT_LT(*tally.detected_within(0.5), 60) << told(tally);
}

TEST(Judge, half_of_the_requests_failing_is_found_at_once) {
  const auto tally = ours("+50 points, 100 req/s at the canary", 20);
  ASSERT_TRUE(tally.detected_within(0.99)) << told(tally);
  EXPECT_LT(*tally.detected_within(0.99), 60) << told(tally);
}

TEST(Judge, threefold_latency_is_found) {
  const auto tally = ours("p99 + 200 %, 100 req/s at the canary", 10);
  ASSERT_TRUE(tally.detected_within(0.9)) << told(tally);
  EXPECT_LT(*tally.detected_within(0.9), 120) << told(tally);
}

TEST(Judge, checks_that_all_fail_are_found) {
  const auto tally = ours("all health checks fail", 10);
  ASSERT_TRUE(tally.detected_within(0.9)) << told(tally);
  EXPECT_LT(*tally.detected_within(0.9), 90) << told(tally);
}

TEST(OtherJudges, a_fixed_threshold_blames_a_host_that_was_bad_before) {
  const auto bad = scenario("the canary was bad before (+8 points, latency × 2)");
  EXPECT_EQ(measure(bad, Judge::ArgoStrict, 4, kSeed).blamed, 4U);
}

TEST(OtherJudges, five_failed_minutes_are_five_minutes) {
  const auto tally =
      measure(scenario("+50 points, 100 req/s at the canary"), Judge::Flagger, 4, kSeed);
  ASSERT_EQ(tally.detected, 4U);
  EXPECT_NEAR(tally.after.front(), 300, 2);
}

TEST(OtherJudges, kayenta_finds_what_is_plain_after_a_minute) {
  const auto tally =
      measure(scenario("+50 points, 100 req/s at the canary"), Judge::Kayenta, 4, kSeed);
  ASSERT_EQ(tally.detected, 4U);
  EXPECT_NEAR(tally.after.front(), 60, 2);
}

TEST(Draws, counts_have_the_mean_and_variance_they_should) {
  Random random(7, 7);
  for (const double mean : {0.3, 8.0, 24.0, 26.0, 300.0}) {
    double sum = 0;
    double squares = 0;
    constexpr int kDraws = 20'000;
    for (int i = 0; i < kDraws; ++i) {
      const auto value = static_cast<double>(random.poisson(mean));
      sum += value;
      squares += value * value;
    }
    const double average = sum / kDraws;
    EXPECT_NEAR(average, mean, 5 * std::sqrt(mean / kDraws));
    EXPECT_NEAR((squares / kDraws - average * average) / mean, 1, 0.06) << mean;
  }
}

TEST(Draws, intervals_of_proportions_are_clopper_and_pearsons) {
  const auto none = proportion_interval(0, 3000);
  EXPECT_EQ(none.lower, 0);
  EXPECT_NEAR(none.upper, 0.0012289, 1e-6);
  const auto some = proportion_interval(5, 100);
  EXPECT_NEAR(some.lower, 0.016432, 1e-5);
  EXPECT_NEAR(some.upper, 0.112835, 1e-5);
}

}  // namespace
}  // namespace hotswap::sim
