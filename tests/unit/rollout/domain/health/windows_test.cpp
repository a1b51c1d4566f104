#include "domain/health/windows.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "../../support.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const InstanceId kOne("i-1");
const WallTime kStart{std::chrono::hours(400'000)};

Sample requests(std::uint64_t count) {
  Sample sample;
  sample.requests = count;
  return sample;
}

TEST(HealthWindows, SumsFromInclusiveToExclusive) {
  HealthWindows windows;
  for (int i = 0; i < 10; ++i) windows.add(kOne, kStart + i * 1s, requests(1));
  EXPECT_EQ(windows.sum(kOne, kStart + 2s, kStart + 5s).requests, 3U);
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 1min).requests, 10U);
  EXPECT_EQ(windows.sum(kOne, kStart + 10s, kStart + 1min).requests, 0U);
}

TEST(HealthWindows, KnowsNothingOfAStranger) {
  EXPECT_TRUE(HealthWindows{}.sum(kOne, kStart, kStart + 1min).empty());
}

TEST(HealthWindows, MergesSamplesOfTheSameMoment) {
  HealthWindows windows;
  windows.add(kOne, kStart, requests(1));
  windows.add(kOne, kStart + 400ms, requests(2));
  windows.add(kOne, kStart + 500ms, requests(4));
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 1ms).requests, 3U);
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 1s).requests, 7U);
}

TEST(HealthWindows, TakesLateSamplesInTheirPlace) {
  HealthWindows windows;
  windows.add(kOne, kStart + 10s, requests(1));
  windows.add(kOne, kStart + 2s, requests(2));
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 5s).requests, 2U);
  EXPECT_EQ(windows.sum(kOne, kStart + 5s, kStart + 15s).requests, 1U);
}

TEST(HealthWindows, LetsOldSamplesGo) {
  HealthWindows windows;
  windows.add(kOne, kStart, requests(1));
  windows.add(kOne, kStart + HealthWindows::kKeep + 1s, requests(2));
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 1h).requests, 2U);
  windows.add(kOne, kStart, requests(4));  // far too late
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 1h).requests, 2U);
}

TEST(HealthWindows, HoldTheSameInWhateverOrderSamplesArrive) {
  std::mt19937_64 random(5);
  std::vector<int> seconds(300);
  std::iota(seconds.begin(), seconds.end(), 0);
  HealthWindows ordered;
  for (const int second : seconds) ordered.add(kOne, kStart + second * 1s, requests(1));
  std::ranges::shuffle(seconds, random);
  HealthWindows shuffled;
  for (const int second : seconds) shuffled.add(kOne, kStart + second * 1s, requests(1));
  for (int from = 0; from < 300; from += 7) {
    EXPECT_EQ(shuffled.sum(kOne, kStart + from * 1s, kStart + 200s),
              ordered.sum(kOne, kStart + from * 1s, kStart + 200s));
  }
}

TEST(HealthWindows, StayBoundedHoweverLongTheyAreFilled) {
  HealthWindows windows;
  for (int i = 0; i < 40'000; ++i) windows.add(kOne, kStart + i * 100ms, requests(1));
  EXPECT_LE(windows.slots(kOne, kStart, kStart + 10h).size(),
            static_cast<std::size_t>(HealthWindows::kKeep / HealthWindows::kSlot) + 1);
}

TEST(HealthWindows, ForgetsAnInstance) {
  HealthWindows windows;
  windows.add(kOne, kStart, requests(1));
  windows.forget(kOne);
  EXPECT_TRUE(windows.sum(kOne, kStart, kStart + 1min).empty());
}

}  // namespace
}  // namespace hotswap
