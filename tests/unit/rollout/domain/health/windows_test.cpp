#include "domain/health/windows.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <ranges>

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
  std::vector<int> beats(2'000);
  std::iota(beats.begin(), beats.end(), 0);
  HealthWindows ordered;
  for (const int beat : beats) ordered.add(kOne, kStart + beat * 170ms, requests(1));
  std::ranges::shuffle(beats, random);
  HealthWindows shuffled;
  for (const int beat : beats) shuffled.add(kOne, kStart + beat * 170ms, requests(1));
  for (int from = 0; from < 300; from += 7) {
    EXPECT_EQ(shuffled.sum(kOne, kStart + from * 1s, kStart + 200s),
              ordered.sum(kOne, kStart + from * 1s, kStart + 200s));
  }
}

TEST(HealthWindows, StayBoundedHoweverFastTheyAreFilled) {
  for (const auto beat : {7ms, 100ms, 500ms, 730ms, 1'000ms, 2'000ms, 5'000ms, 30'000ms}) {
    HealthWindows windows;
    std::size_t most = 0;
    for (int i = 0; i * beat < 40min; ++i) {
      windows.add(kOne, kStart + i * beat, requests(1));
      most = std::max(most, windows.room(kOne));
    }
    EXPECT_LE(most, HealthWindows::kSlots + 8) << beat.count();
    EXPECT_LE(most * sizeof(HealthWindows::Slot), 22U * 1'024) << beat.count();
  }
}

TEST(HealthWindows, StayBoundedInWhateverOrderTheyAreFilled) {
  std::mt19937_64 random(8);
  std::uniform_int_distribution<int> late(0, 900'000);
  HealthWindows windows;
  for (int i = 0; i < 30'000; ++i) windows.add(kOne, kStart + i * 60ms - late(random) * 1ms, {});
  EXPECT_LE(windows.room(kOne), HealthWindows::kSlots + 8);
}

TEST(HealthWindows, KeepABeatOfFiveSecondsApartHoweverOldItIs) {
  HealthWindows windows;
  for (int i = 0; i <= 180; ++i) {
    windows.add(kOne, kStart + i * 5s + std::chrono::milliseconds(i * 7919 % 400), requests(1));
  }
  const auto slots = windows.slots(kOne, kStart, kStart + 1h);
  ASSERT_GE(slots.size(), 180U);
  for (const auto& slot : slots) EXPECT_EQ(slot.sample.requests, 1U);
}

TEST(HealthWindows, TellWhenASlotsLastSampleCame) {
  HealthWindows windows;
  for (int i = 0; i < 600; ++i) windows.add(kOne, kStart + i * 100ms, requests(1));
  const auto slots = windows.slots(kOne, kStart, kStart + 1h);
  EXPECT_EQ(slots.front().at, kStart);
  EXPECT_EQ(slots.front().until, kStart + 4'400ms);
  for (std::size_t i = 1; i < slots.size(); ++i) {
    EXPECT_EQ(slots[i].at - slots[i - 1].until, 100ms);
    EXPECT_EQ(slots[i].sample.requests,
              static_cast<std::uint64_t>((slots[i].until - slots[i].at) / 100ms) + 1);
  }
}

TEST(HealthWindows, CountNothingOfAnOldSlotAcrossAWindowsStart) {
  HealthWindows windows;
  windows.add(kOne, kStart + 1s, requests(1));    // the old version
  windows.add(kOne, kStart + 4s, requests(10));   // the new one, in the same cell
  windows.add(kOne, kStart + 5s, requests(100));  // in the next one
  EXPECT_EQ(windows.sum(kOne, kStart + 3s, kStart + 1h).requests, 110U);
  windows.add(kOne, kStart + 1min, requests(1'000));
  EXPECT_EQ(windows.sum(kOne, kStart + 3s, kStart + 1h).requests, 1'100U);
  EXPECT_EQ(windows.sum(kOne, kStart, kStart + 1h).requests, 1'111U);
}

/// Every sample ever added; what the windows keep of it, found the slow way.
class Plain {
 public:
  void add(WallTime at, const Sample& sample) { samples_.emplace_back(at, sample); }
  /// After the last one.
  void settle() {
    for (const auto& [at, sample] : samples_) firsts_.push_back(first_beside(at));
  }

  [[nodiscard]] Sample sum(WallTime from, WallTime to) const {
    Sample total;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      if (firsts_[i] >= from && firsts_[i] < to) total.add(samples_[i].second);
    }
    return total;
  }
  /// Without slots.
  [[nodiscard]] Sample exact(WallTime from, WallTime to) const {
    Sample total;
    for (const auto& [at, sample] : samples_) {
      if (at >= from && at < to) total.add(sample);
    }
    return total;
  }

 private:
  [[nodiscard]] static WallTime floor_to(WallTime at, Duration width) {
    return WallTime(at.time_since_epoch() / width * width);
  }
  [[nodiscard]] Duration width_of(WallTime at) const {
    const auto newest = floor_to(std::ranges::max(samples_ | std::views::keys), 500ms);
    for (const auto& [age, width] : {std::pair{30'000ms, 4'500ms}, std::pair{10'000ms, 1'500ms}}) {
      if (floor_to(at, width) + width <= newest - age) return width;
    }
    return 500ms;
  }
  /// Of all that share a cell with it.
  [[nodiscard]] WallTime first_beside(WallTime at) const {
    const auto width = width_of(at);
    const auto cell = floor_to(at, width);
    WallTime first = at;
    for (const auto& [other, sample] : samples_) {
      if (other >= cell && other < cell + width) first = std::min(first, other);
    }
    return first;
  }

  std::vector<std::pair<WallTime, Sample>> samples_;
  std::vector<WallTime> firsts_;
};

Sample random_sample(std::mt19937_64& random) {
  std::uniform_int_distribution<std::uint64_t> some(0, 3);
  Sample sample = requests(some(random));
  sample.errors = std::min(sample.requests, some(random));
  sample.checks = some(random);
  if (sample.requests > 0) {
    sample.latency.record(static_cast<double>(1 + some(random)) * 10, sample.requests);
  }
  if (some(random) == 0) sample.custom["depth"] = {2, 1, 4};
  return sample;
}

TEST(HealthWindows, SumWhatAPlainListOfSamplesSums) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<int> gap(1, 800);
    std::uniform_int_distribution<int> late(0, 60'000);
    std::uniform_int_distribution<int> moment(-1'000, 150'000);
    HealthWindows windows;
    Plain plain;
    auto now = kStart;
    while (now < kStart + 140s) {
      now += std::chrono::milliseconds(gap(random));
      const auto at = gap(random) < 100 ? now - late(random) * 1ms : now;
      const auto sample = random_sample(random);
      windows.add(kOne, at, sample);
      plain.add(at, sample);
    }
    plain.settle();
    for (int i = 0; i < 40; ++i) {
      auto from = kStart + moment(random) * 1ms;
      auto to = kStart + moment(random) * 1ms;
      if (from > to) std::swap(from, to);
      const auto sum = windows.sum(kOne, from, to);
      EXPECT_EQ(sum, plain.sum(from, to)) << seed;
      // Nothing from before the window, and all of what is newer than its first slot.
      EXPECT_LE(sum.requests, plain.exact(from, now + 1ms).requests) << seed;
      EXPECT_GE(windows.sum(kOne, from, now + 1ms).requests,
                plain.exact(from + 4'500ms, now + 1ms).requests)
          << seed;
      // Adjacent windows lose and double nothing.
      auto halves = windows.sum(kOne, kStart - 1h, from);
      halves.add(sum);
      halves.add(windows.sum(kOne, to, now + 1h));
      EXPECT_EQ(halves, plain.exact(kStart - 1h, now + 1h)) << seed;
    }
    for (auto edge = kStart; edge < kStart + 100s; edge += 4'500ms) {
      EXPECT_EQ(windows.sum(kOne, edge, edge + 13'500ms), plain.exact(edge, edge + 13'500ms));
    }
  }
}

TEST(HealthWindows, ForgetsAnInstance) {
  HealthWindows windows;
  windows.add(kOne, kStart, requests(1));
  windows.forget(kOne);
  EXPECT_TRUE(windows.sum(kOne, kStart, kStart + 1min).empty());
}

}  // namespace
}  // namespace hotswap
