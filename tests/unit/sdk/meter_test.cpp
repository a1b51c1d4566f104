#include "meter.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "domain/health/sample.hpp"

namespace hotswap::sdk {
namespace {
using namespace std::chrono_literals;

Sample sample(const Meter& meter, const Meter::Totals& answered = {}) {
  const auto json = meter.increments(meter.totals(), answered);
  const auto read = sample_from_json(json, "$.metrics");
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().detail);
  return read.value_or(Sample{});
}

TEST(Meter, isReadByTheServerWithQuantilesWithinOnePercent) {
  Meter meter;
  for (int i = 1; i <= 1000; ++i) meter.record(std::chrono::milliseconds(i), i % 10 != 0);
  const auto read = sample(meter);
  EXPECT_EQ(read.requests, 1000U);
  EXPECT_EQ(read.errors, 100U);
  EXPECT_NEAR(read.latency.quantile(0.5).value(), 500, 6);
  EXPECT_NEAR(read.latency.quantile(0.99).value(), 990, 11);
}

TEST(Meter, putsValuesIntoTheSameBucketsAsTheServersHistogram) {
  for (double value = 0.002; value < 3e6; value *= 1.37) {
    Histogram histogram;
    histogram.record(value);
    const auto buckets = histogram.to_json();
    const auto& first = *buckets.find("buckets")->as_array()->front().as_array();
    EXPECT_EQ(first[0].as_int(), Meter::bucket_of(value)) << value;
  }
}

TEST(Meter, keepsAbsurdLatenciesWithinItsBuckets) {
  Meter meter;
  meter.record(-5ms, true);
  meter.record(0ns, true);
  meter.record(std::chrono::hours(1000), false);
  const auto read = sample(meter);
  EXPECT_EQ(read.requests, 3U);
  EXPECT_EQ(read.errors, 1U);
}

TEST(Meter, sendsOnlyWhatCameSinceTheLastAnsweredHeartbeat) {
  Meter meter;
  meter.record(1ms, true);
  meter.check(false);
  const auto answered = meter.totals();
  meter.record(2ms, false);
  meter.check(true);
  const auto read = sample(meter, answered);
  EXPECT_EQ(read.requests, 1U);
  EXPECT_EQ(read.errors, 1U);
  EXPECT_EQ(read.latency.count(), 1U);
  EXPECT_EQ(read.checks, 1U);
  EXPECT_EQ(read.failed_checks, 0U);
}

TEST(Meter, reportsTheLastValueOfEachGaugeAndLeavesOutWhatIsNoNumber) {
  Meter meter;
  meter.gauge("queueDepth")->store(1);
  meter.gauge("queueDepth")->store(3.5);
  meter.gauge("neverSet");
  meter.gauge("broken")->store(std::numeric_limits<double>::infinity());
  const auto json = meter.increments(meter.totals(), {});
  EXPECT_EQ(json::Value(json::Object{{"queueDepth", 3.5}}), *json.find("custom"));
}

TEST(Meter, acceptsMoreGaugesThanItReports) {
  Meter meter;
  for (int i = 0; i < 100; ++i) meter.gauge("g" + std::to_string(i))->store(i);
  const auto json = meter.increments(meter.totals(), {});
  EXPECT_EQ(json.find("custom")->as_object()->size(), 32U);
}

TEST(Meter, losesNoCountOfManyThreadsAndNeverShowsMoreErrorsThanRequests) {
  Meter meter;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    Meter::Totals before;
    while (!done.load()) {
      auto now = meter.totals();
      EXPECT_LE(now.errors - before.errors, now.requests - before.requests);
      before = std::move(now);
    }
  });
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (int k = 0; k < 5000; ++k) meter.record(1ms, false);
    });
  }
  for (auto& writer : writers) writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(meter.totals().requests, 20000U);
  EXPECT_EQ(meter.totals().errors, 20000U);
}

}  // namespace
}  // namespace hotswap::sdk
