// Metrics as OpenTelemetry's own code reads them.
#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/otlp/metrics_pusher.hpp"
#include "servers/otlp_receiver.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::otlp {
namespace {

using namespace std::chrono_literals;

constexpr auto kText = R"(# TYPE requests_total counter
requests_total{route="/a"} 7
requests_total{route="/b"} 2
# TYPE streams gauge
streams 3.5
# TYPE took_seconds histogram
took_seconds_bucket{route="/a",le="0.1"} 4
took_seconds_bucket{route="/a",le="1"} 6
took_seconds_bucket{route="/a",le="+Inf"} 7
took_seconds_sum{route="/a"} 12.5
took_seconds_count{route="/a"} 7
# TYPE old summary
old{quantile="0.5"} 1
)";

struct Pushing : ::testing::Test {
  SystemClock clock;
  SystemRandom random;
  testing::MemoryLogger logger;
  testing::MemoryMetrics metrics;
  testing::OtlpReceiver receiver;

  std::string text = std::string(kText);

  /// Sends until the condition holds.
  void push(const std::function<bool()>& until, bool gzip = false) {
    MetricsPusher pusher({.target = {.url = receiver.endpoint() + "/v1/metrics", .gzip = gzip},
                          .source = {.resource = {{"service.name", "test"}}, .version = "1"},
                          .every = 100ms,
                          .text = [this] { return text; },
                          .clock = clock,
                          .random = random,
                          .logger = logger,
                          .metrics = metrics});
    pusher.start();
    EXPECT_TRUE(e2e::eventually(until, 60s));
  }
  static const json::Value& named(const json::Value& all, const std::string& name) {
    static const json::Value kNone;
    for (const auto& metric : *all.as_array())
      if (cli::text_at(metric, "name") == name) return metric;
    ADD_FAILURE() << name << " did not come";
    return kNone;
  }
};

TEST_F(Pushing, LargeMessagesAreCompressedIfWanted) {
  for (int i = 0; i < 200; ++i)
    text += "# TYPE gauge_" + std::to_string(i) + " gauge\ngauge_" + std::to_string(i) + " 1\n";
  push([&] { return !receiver.metrics().as_array()->empty(); }, true);
  const auto message = receiver.requests().at(0);
  EXPECT_EQ(message.find("headers")->find("content-encoding")->as_string()->str(), "gzip");
  EXPECT_LT(*message.find("bytes")->as_int(), 200 * 10);
  static_cast<void>(named(receiver.metrics(), "gauge_199"));
}

TEST_F(Pushing, CountersGaugesAndHistogramsArriveAsSuch) {
  push([&] { return !receiver.metrics().as_array()->empty(); });
  const auto all = receiver.metrics();
  ASSERT_EQ(all.as_array()->size() % 3, 0u) << "no summaries";
  const auto& sum = *named(all, "requests_total").find("sum");
  EXPECT_EQ(cli::int_at(sum, "aggregationTemporality"), 2);
  EXPECT_EQ(*sum.find("isMonotonic"), json::Value(true));
  const auto& points = *sum.find("dataPoints")->as_array();
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(cli::text_at(*points[0].find("attributes"), "route"), "/a");
  EXPECT_EQ(points[0].find("asDouble")->as_double(), 7);
  EXPECT_EQ(named(all, "streams")
                .find("gauge")
                ->find("dataPoints")
                ->as_array()
                ->at(0)
                .find("asDouble")
                ->as_double(),
            3.5);
  const auto& histogram =
      named(all, "took_seconds").find("histogram")->find("dataPoints")->as_array()->at(0);
  EXPECT_EQ(cli::text_at(histogram, "count"), "7");
  EXPECT_EQ(histogram.find("sum")->as_double(), 12.5);
  EXPECT_EQ(*histogram.find("bucketCounts"), json::Value(json::Array{"4", "2", "1"}));
  EXPECT_EQ(histogram.find("explicitBounds")->as_array()->size(), 2u);
  EXPECT_EQ(cli::text_at(*histogram.find("attributes"), "route"), "/a");
}

TEST_F(Pushing, WhatIsNotTakenIsCountedAndSaid) {
  receiver.behaves(R"({"status":404})");
  push([&] { return metrics.value("hotswap_otlp_metrics_failed_total") >= 1; });
  EXPECT_TRUE(logger.has(LogLevel::Warning, "metrics are not taken"));
}

}  // namespace
}  // namespace hotswap::otlp
