#include "domain/prometheus/scrape_reader.hpp"

#include <gtest/gtest.h>

#include "domain/health/histogram.hpp"

namespace hotswap::prometheus {
namespace {

using namespace std::chrono_literals;

Selector selector(std::string_view text) { return Selector::parse(text).value(); }

ScrapeMapping usual() {
  ScrapeMapping mapping;
  mapping.requests = selector("requests_total");
  mapping.errors = selector(R"(requests_total{code=~"5.."})");
  return mapping;
}

/// One scrape per call, ten seconds apart.
class Scrapes {
 public:
  explicit Scrapes(ScrapeMapping mapping) : reader_(std::move(mapping)) {}
  Scraped operator()(std::string_view text) { return reader_.take(text, now_ += 10s); }

 private:
  ScrapeReader reader_;
  MonoTime now_{};
};

Histogram histogram_of(const Scraped& scraped) {
  Histogram histogram;
  for (const auto& [value, count] : scraped.latencies) histogram.record(value, count);
  return histogram;
}

TEST(ScrapeReader, TheFirstScrapeOnlySaysWhereCountersStand) {
  Scrapes scrape(usual());
  EXPECT_EQ(scrape("requests_total{code=\"200\"} 5000\n").requests, 0u);
  const auto next = scrape("requests_total{code=\"200\"} 5010\n");
  EXPECT_EQ(next.requests, 10u);
  EXPECT_EQ(next.errors, 0u);
}

TEST(ScrapeReader, ASeriesThatAppearsLaterBeganAtZero) {
  Scrapes scrape(usual());
  (void)scrape("requests_total{code=\"200\"} 100\n");
  const auto next = scrape("requests_total{code=\"200\"} 110\nrequests_total{code=\"500\"} 3\n");
  EXPECT_EQ(next.requests, 13u);
  EXPECT_EQ(next.errors, 3u);
}

TEST(ScrapeReader, ACounterThatGoesBackWasReset) {
  Scrapes scrape(usual());
  (void)scrape("requests_total{code=\"200\"} 100000\n");
  EXPECT_EQ(scrape("requests_total{code=\"200\"} 7\n").requests, 7u);
  EXPECT_EQ(scrape("requests_total{code=\"200\"} 9\n").requests, 2u);
}

TEST(ScrapeReader, ASeriesThatIsMissingOnceIsNotCountedAnew) {
  Scrapes scrape(usual());
  (void)scrape("requests_total{code=\"200\"} 1000\n");
  EXPECT_EQ(scrape("# nothing today\n").requests, 0u);
  EXPECT_EQ(scrape("requests_total{code=\"200\"} 1004\n").requests, 4u);
}

TEST(ScrapeReader, GarbageHasAReasonAndNoEffect) {
  Scrapes scrape(usual());
  (void)scrape("requests_total{code=\"200\"} 10\n");
  const auto bad = scrape(
      "requests_total{code=\"200\"} NaN\nrequests_total{code=\"500\"} -5\n"
      "requests_total{code=\"501\"} 1e300\nrequests_total{code=\"200\n");
  EXPECT_EQ(bad.requests, 0u);
  EXPECT_EQ(bad.errors, 0u);
  EXPECT_EQ(bad.notes.size(), 4u);
  EXPECT_EQ(scrape("requests_total{code=\"200\"} 12\n").requests, 2u);
}

TEST(ScrapeReader, ASeriesThatStandsTwiceCountsOnce) {
  Scrapes scrape(usual());
  (void)scrape("requests_total{code=\"200\"} 10\n");
  const auto next = scrape("requests_total{code=\"200\"} 15\nrequests_total{code=\"200\"} 15\n");
  EXPECT_EQ(next.requests, 5u);
  EXPECT_EQ(next.notes.size(), 1u);
}

TEST(ScrapeReader, ErrorsNeverExceedRequests) {
  auto mapping = usual();
  mapping.errors = selector("failures_total");
  Scrapes scrape(std::move(mapping));
  (void)scrape("requests_total 10\nfailures_total 0\n");
  EXPECT_EQ(scrape("requests_total 12\nfailures_total 5\n").errors, 2u);
}

TEST(ScrapeReader, BucketsBecomeAHistogramWhoseQuantilesAreThoseOfPromQL) {
  ScrapeMapping mapping;
  mapping.latency = selector("rpc_seconds");
  Scrapes scrape(std::move(mapping));
  (void)scrape(
      "rpc_seconds_bucket{le=\"0.1\"} 1000\nrpc_seconds_bucket{le=\"0.5\"} 1000\n"
      "rpc_seconds_bucket{le=\"+Inf\"} 1000\nrpc_seconds_count 1000\n");
  const auto next = scrape(
      "rpc_seconds_bucket{le=\"0.1\"} 1080\nrpc_seconds_bucket{le=\"0.5\"} 1099\n"
      "rpc_seconds_bucket{le=\"+Inf\"} 1100\nrpc_seconds_count 1100\n");
  EXPECT_EQ(next.requests, 100u);
  const auto histogram = histogram_of(next);
  EXPECT_EQ(histogram.count(), 100u);
  // histogram_quantile(0.4, …) = 0.05; (0.9, …) = 0.1 + 0.4 · 10/19 = 0.3105.
  EXPECT_NEAR(*histogram.quantile(0.4), 50, 5);
  EXPECT_NEAR(*histogram.quantile(0.9), 310, 20);
  EXPECT_NEAR(*histogram.quantile(1), 500, 10);
}

TEST(ScrapeReader, BucketsOfSeveralSeriesAreMerged) {
  ScrapeMapping mapping;
  mapping.latency = selector(R"(rpc_seconds{path!="/health"})");
  mapping.latency_unit = 1;
  Scrapes scrape(std::move(mapping));
  const auto text = [](int a, int b, int health) {
    const auto line = [](const std::string& path, int count) {
      return "rpc_seconds_bucket{path=\"" + path + "\",le=\"10\"} " + std::to_string(count) +
             "\nrpc_seconds_bucket{path=\"" + path + "\",le=\"+Inf\"} " + std::to_string(count) +
             "\nrpc_seconds_count{path=\"" + path + "\"} " + std::to_string(count) + "\n";
    };
    return line("/a", a) + line("/b", b) + line("/health", health);
  };
  (void)scrape(text(0, 0, 0));
  const auto next = scrape(text(4, 6, 1000));
  EXPECT_EQ(next.requests, 10u);
  EXPECT_EQ(histogram_of(next).count(), 10u);
  EXPECT_LE(*histogram_of(next).quantile(1), 10.1);
}

TEST(ScrapeReader, BucketsThatFallAreTakenAsLevel) {
  ScrapeMapping mapping;
  mapping.latency = selector("x");
  Scrapes scrape(std::move(mapping));
  (void)scrape("x_bucket{le=\"1\"} 0\nx_bucket{le=\"2\"} 0\nx_bucket{le=\"+Inf\"} 0\n");
  const auto next =
      scrape("x_bucket{le=\"1\"} 10\nx_bucket{le=\"2\"} 4\nx_bucket{le=\"+Inf\"} 12\n");
  EXPECT_EQ(histogram_of(next).count(), 12u);
}

TEST(ScrapeReader, ASummarysQuantilesAreKept) {
  ScrapeMapping mapping;
  mapping.latency = selector("rpc_seconds");
  Scrapes scrape(std::move(mapping));
  (void)scrape("rpc_seconds_count 100\n");
  const auto next = scrape(
      "rpc_seconds{quantile=\"0.5\"} 0.02\nrpc_seconds{quantile=\"0.99\"} 0.2\n"
      "rpc_seconds{quantile=\"0.999\"} NaN\nrpc_seconds_count 1100\n");
  EXPECT_EQ(next.requests, 1000u);
  const auto histogram = histogram_of(next);
  EXPECT_EQ(histogram.count(), 1000u);
  EXPECT_NEAR(*histogram.quantile(0.5), 20, 2);
  EXPECT_NEAR(*histogram.quantile(0.99), 200, 10);
}

TEST(ScrapeReader, CustomGaugesAreSummedAndCountersAreRates) {
  ScrapeMapping mapping;
  mapping.custom.emplace("queue", selector(R"(queue_depth{name=~"a|b"})"));
  mapping.custom.emplace("retries", selector("retries_total"));
  Scrapes scrape(std::move(mapping));
  EXPECT_FALSE(scrape("retries_total 50\n").custom.contains("queue"));
  const auto next = scrape(
      "queue_depth{name=\"a\"} 3\nqueue_depth{name=\"b\"} 4.5\nqueue_depth{name=\"c\"} 99\n"
      "# TYPE retries_total counter\nretries_total 75\n");
  EXPECT_DOUBLE_EQ(next.custom.at("queue"), 7.5);
  EXPECT_DOUBLE_EQ(next.custom.at("retries"), 2.5);
}

}  // namespace
}  // namespace hotswap::prometheus
