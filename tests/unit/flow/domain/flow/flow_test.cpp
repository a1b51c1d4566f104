// Budgets over a clock that the test moves.
#include <gtest/gtest.h>

#include "domain/flow/cpu_share.hpp"
#include "domain/flow/paced_queues.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMegabyte = 1'000'000;

TEST(Bandwidth, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(read_bandwidth("100Mbit/s")->bytes_per_second, 12'500'000u);
  EXPECT_EQ(read_bandwidth("1Gbit")->bytes_per_second, 125'000'000u);
  EXPECT_EQ(read_bandwidth("8kbit/s")->bytes_per_second, 1'000u);
  EXPECT_FALSE(read_bandwidth("0")->limited());
  EXPECT_FALSE(read_bandwidth("none")->limited());
  for (const char* wrong : {"", "100", "Mbit/s", "-1Mbit/s", "1.5Mbit/s", "100MB/s", "0Mbit/s",
                            "100 Mbit/s", "99999999999999999999Gbit/s", "1000001Gbit/s"}) {
    const auto read = read_bandwidth(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().reason, "bandwidth.invalid");
  }
}

TEST(Bandwidth, SaysHowLongATransferTakes) {
  EXPECT_EQ(transfer_time(1000 * kMegabyte, {12'500'000}), 80s);
  EXPECT_EQ(transfer_time(1000 * kMegabyte, {}), 0s);
  EXPECT_EQ(Bandwidth{100}.times(0.25).bytes_per_second, 25u);
  EXPECT_EQ(Bandwidth{100}.times(0).bytes_per_second, 1u) << "a limit never becomes none";
  EXPECT_FALSE(Bandwidth{}.times(0.5).limited());
}

/// Sends all that is due every millisecond; what each lane has sent.
struct Sender {
  PacedQueues<std::size_t> queues{MonoTime(1h)};
  MonoTime now{1h};
  std::map<std::string, std::size_t> sent;
  std::map<std::string, std::vector<std::size_t>> order;

  void run(Duration time) {
    for (const MonoTime end = now + time; now < end; now += 1ms)
      while (const auto turn = queues.take(now)) {
        queues.spend(turn->lane, kMegabyte, now);
        sent[turn->lane] += kMegabyte;
        order[turn->lane].push_back(turn->item);
      }
  }
  void fill(const std::string& lane, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) queues.put(lane, std::to_string(i), i, now);
  }
};

TEST(PacedQueues, HoldALaneToItsBudgetInOrder) {
  Sender sender;
  sender.queues.set_pace({{10 * kMegabyte}, {}}, sender.now);
  sender.fill("a", 1000);
  sender.run(10s);
  EXPECT_GE(sender.sent["a"], 100 * kMegabyte);
  EXPECT_LE(sender.sent["a"], 104 * kMegabyte) << "10 s, a quarter saved, and one overdrawn";
  EXPECT_TRUE(std::ranges::is_sorted(sender.order["a"]));
  sender.run(91s);
  EXPECT_EQ(sender.sent["a"], 1000 * kMegabyte);
  EXPECT_EQ(sender.queues.waiting(), 0u);
  EXPECT_FALSE(sender.queues.next());
}

TEST(PacedQueues, LanesTakeTurnsWithinTheBudgetOfAll) {
  Sender sender;
  sender.queues.set_pace({{10 * kMegabyte}, {15 * kMegabyte}}, sender.now);
  for (const char* lane : {"a", "b", "c"}) sender.fill(lane, 1000);
  sender.run(10s);
  const auto all = sender.sent["a"] + sender.sent["b"] + sender.sent["c"];
  EXPECT_GE(all, 150 * kMegabyte);
  EXPECT_LE(all, 156 * kMegabyte);
  for (const auto& [lane, sent] : sender.sent) EXPECT_NEAR(double(sent), 50e6, 3e6) << lane;
}

TEST(PacedQueues, ASecondDeploymentDoesNotWaitForTheFirst) {
  Sender sender;
  sender.queues.set_pace({{10 * kMegabyte}, {}}, sender.now);
  sender.fill("large", 1000);
  sender.run(1s);
  sender.fill("late", 2);
  sender.run(1ms);
  EXPECT_EQ(sender.sent["late"], 2 * kMegabyte);
}

TEST(PacedQueues, KeepOnlyTheNewestUnderAKeyAndItsPlace) {
  PacedQueues<int> queues{MonoTime(1h)};
  queues.put("a", "x", 1, MonoTime(1h));
  queues.put("a", "y", 2, MonoTime(1h));
  queues.put("a", "x", 3, MonoTime(1h));
  EXPECT_EQ(queues.waiting(), 2u);
  EXPECT_EQ(queues.take(MonoTime(1h))->item, 3);
  EXPECT_EQ(queues.take(MonoTime(1h))->item, 2);
  EXPECT_FALSE(queues.take(MonoTime(1h)));
}

TEST(PacedQueues, AnEndedLaneCannotBeBegunAnewToSpendMore) {
  Sender sender;
  sender.queues.set_pace({{kMegabyte}, {}}, sender.now);
  for (int i = 0; i < 10; ++i) {
    sender.fill("a", 1);
    sender.run(100ms);
  }
  EXPECT_LE(sender.sent["a"], 2 * kMegabyte);
}

TEST(PacedQueues, SayWhenTheNextMayGo) {
  PacedQueues<int> queues{MonoTime(1h)};
  MonoTime now{1h};
  queues.set_pace({{kMegabyte}, {}}, now);
  queues.put("a", "x", 1, now);
  queues.put("a", "y", 2, now);
  ASSERT_TRUE(queues.take(now));
  queues.spend("a", kMegabyte, now);
  const auto next = queues.next();
  ASSERT_TRUE(next);
  EXPECT_NEAR(std::chrono::duration<double>(*next - now).count(), 0.75, 0.01);
  EXPECT_FALSE(queues.take(*next - 1ms));
  EXPECT_TRUE(queues.take(*next));
}

TEST(PacedQueues, WithoutLimitsNothingWaits) {
  Sender sender;
  sender.fill("a", 1000);
  sender.run(1ms);
  EXPECT_EQ(sender.sent["a"], 1000 * kMegabyte);
}

TEST(CpuShare, HoldsOneThatWouldTakeAllToHalfACore) {
  CpuShare share;
  WallTime now{1h};
  Duration worked{};
  for (const WallTime end = now + 60s; now < end;) {
    now += 20ms;
    worked += 20ms;
    now += share.rest_after(20ms, 0.5, now);
  }
  EXPECT_GE(worked, 29s);
  EXPECT_LE(worked, 33s) << "half, and what it had saved";
}

TEST(CpuShare, LeavesAModestOneAlone) {
  CpuShare share;
  WallTime now{1h};
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(share.rest_after(40ms, 0.5, now += 100ms), 0ms);
  EXPECT_EQ(share.rest_after(2s, 0.5, now += 100ms), 0ms) << "a burst is saved for";
  EXPECT_LE(share.rest_after(1h, 0.5, now += 100ms), CpuShare::kLongestRest);
  EXPECT_EQ(share.rest_after(1h, 0, now), 0ms) << "no limit";
}

}  // namespace
}  // namespace hotswap
