#include "domain/health/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "../../support.hpp"

namespace hotswap {
namespace {

TEST(Histogram, HasNoQuantileWhenEmpty) { EXPECT_EQ(Histogram{}.quantile(0.5), std::nullopt); }

TEST(Histogram, KeepsEveryQuantileWithinOnePercentOfTheTrueValue) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> latency(3, 1.5);
  std::vector<double> values(20'000);
  Histogram histogram;
  for (auto& value : values) histogram.record(value = latency(random));
  std::ranges::sort(values);
  for (const double q : {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * 20'000)) - 1;
    EXPECT_NEAR(*histogram.quantile(q) / values[rank], 1, Histogram::kAccuracy + 1e-9) << q;
  }
}

TEST(Histogram, MergesToWhatOneHistogramOfAllWouldBe) {
  Histogram left;
  Histogram right;
  Histogram all;
  for (int i = 1; i <= 1000; ++i) {
    (i % 3 == 0 ? left : right).record(i * 0.7);
    all.record(i * 0.7);
  }
  left.merge(right);
  EXPECT_EQ(left, all);
}

TEST(Histogram, IgnoresWhatIsNoLatency) {
  Histogram histogram;
  histogram.record(std::numeric_limits<double>::quiet_NaN());
  histogram.record(-1);
  histogram.record(5, 0);
  EXPECT_EQ(histogram, Histogram{});
}

TEST(Histogram, PutsTinyAndHugeValuesIntoItsOutermostBuckets) {
  Histogram histogram;
  histogram.record(0);
  EXPECT_NEAR(*histogram.quantile(1), 0.001, 0.00002);
  histogram.record(std::numeric_limits<double>::infinity());
  EXPECT_NEAR(*histogram.quantile(1), 1e10, 2e8);
}

TEST(Histogram, CountsWhatIsAboveALimit) {
  Histogram histogram;
  histogram.record(10, 97);
  histogram.record(100, 3);
  EXPECT_EQ(histogram.count_above(50), 3U);
  EXPECT_EQ(histogram.count_above(100), 0U);
  EXPECT_EQ(histogram.count_above(5), 100U);
  EXPECT_NEAR(*histogram.quantile(0.97), 10, 0.1);
  EXPECT_NEAR(*histogram.quantile(0.98), 100, 1);
}

TEST(Histogram, IsTheSameInWhateverOrderAndWayItIsAddedUp) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> latency(3, 2);
  std::vector<Histogram> parts(40);
  Histogram recorded;
  for (int i = 0; i < 4000; ++i) {
    const double value = latency(random);
    parts[static_cast<std::size_t>(i) % parts.size()].record(value);
    recorded.record(value);
  }
  Histogram merged;
  HistogramSum sum;
  HistogramSum halves;
  HistogramSum other;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    merged.merge(parts[parts.size() - 1 - i]);
    sum.add(parts[i]);
    (i % 2 == 0 ? halves : other).add(parts[i]);
  }
  halves.add(other);
  EXPECT_EQ(merged, recorded);
  EXPECT_EQ(sum.total(), recorded);
  EXPECT_EQ(halves.total(), recorded);
  sum.clear();
  EXPECT_EQ(sum.total(), Histogram{});
}

TEST(Histogram, StopsAtTheLargestCountInsteadOfSpoilingOtherBuckets) {
  Histogram histogram;
  histogram.record(10, UINT64_MAX);
  histogram.record(10, UINT64_MAX);
  histogram.record(20);
  EXPECT_NEAR(*histogram.quantile(0.5), 10, 0.1);
  EXPECT_EQ(histogram.count_above(15), 1U);
}

TEST(Histogram, ReadsWhatItWrites) {
  Histogram histogram;
  for (int i = 0; i < 100; ++i) histogram.record(i * 1.7, 3);
  const auto read = Histogram::from_json(histogram.to_json(), "$");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, histogram);
}

TEST(Histogram, RefusesBucketsThatItNeverWrites) {
  for (const auto* text :
       {R"({"buckets":[]})", R"({"scheme":"linear","buckets":[]})",
        R"({"scheme":"log-1%","buckets":{}})", R"({"scheme":"log-1%","buckets":[5]})",
        R"({"scheme":"log-1%","buckets":[[1]]})", R"({"scheme":"log-1%","buckets":[[1,0]]})",
        R"({"scheme":"log-1%","buckets":[[1,-4]]})", R"({"scheme":"log-1%","buckets":[[1,1.5]]})",
        R"({"scheme":"log-1%","buckets":[[1,1],[1,1]]})",
        R"({"scheme":"log-1%","buckets":[[2,1],[1,1]]})",
        R"({"scheme":"log-1%","buckets":[[99999999,1]]})",
        R"({"scheme":"log-1%","buckets":[[1,9999999999999999]]})",
        R"({"scheme":"log-1%","bucket":[]})", "[]", "null"}) {
    const auto read = Histogram::from_json(parsed(text), "$.latency");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "metrics.invalid");
    EXPECT_TRUE(read.error().fields.front().path.starts_with("$.latency"));
  }
}

}  // namespace
}  // namespace hotswap
