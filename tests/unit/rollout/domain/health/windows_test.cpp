#include "domain/health/windows.hpp"

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

TEST(HealthWindows, ForgetsAnInstance) {
  HealthWindows windows;
  windows.add(kOne, kStart, requests(1));
  windows.forget(kOne);
  EXPECT_TRUE(windows.sum(kOne, kStart, kStart + 1min).empty());
}

}  // namespace
}  // namespace hotswap
