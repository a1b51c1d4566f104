#include "domain/health/sample.hpp"

#include "../../support.hpp"

namespace hotswap {
namespace {

TEST(Sample, AddsUpEverything) {
  Sample sum;
  EXPECT_TRUE(sum.empty());
  Sample one;
  one.requests = 10;
  one.errors = 1;
  one.latency.record(5, 10);
  one.checks = 2;
  one.failed_checks = 1;
  one.custom["depth"] = {3.5, 1};
  sum.add(one);
  sum.add(one);
  EXPECT_FALSE(sum.empty());
  EXPECT_EQ(sum.requests, 20U);
  EXPECT_EQ(sum.errors, 2U);
  EXPECT_EQ(sum.latency.count(), 20U);
  EXPECT_EQ(sum.checks, 4U);
  EXPECT_EQ(sum.failed_checks, 2U);
  EXPECT_EQ(sum.custom["depth"], (Sample::Custom{7, 2}));
}

TEST(SampleJson, ReadsWhatItWrites) {
  Sample sample;
  sample.requests = 10;
  sample.errors = 1;
  sample.latency.record(5, 10);
  sample.checks = 2;
  sample.custom["depth"] = {3.5, 2};
  const auto read = sample_from_json(to_json(sample), "$");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, sample);
}

TEST(SampleJson, TakesAnEmptyObjectForNothingMeasured) {
  const auto read = sample_from_json(parsed("{}"), "$");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->empty());
}

TEST(SampleJson, SpreadsPercentilesOverAllRequests) {
  for (const int requests : {1, 10, 99, 100, 12345}) {
    const auto read = sample_from_json(parsed(R"({"requests":)" + std::to_string(requests) +
                                              R"(,"latency":{"p50":10,"p95":40,"p99":90}})"),
                                       "$");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->latency.count(), static_cast<std::uint64_t>(requests));
    EXPECT_NEAR(*read->latency.quantile(0.99), 90, 1) << requests;
    if (requests < 100) continue;
    EXPECT_NEAR(*read->latency.quantile(0.50), 10, 0.2) << requests;
    EXPECT_NEAR(*read->latency.quantile(0.95), 40, 0.5) << requests;
  }
}

TEST(SampleJson, ReadsACustomNumberAsOneValue) {
  const auto read = sample_from_json(parsed(R"({"custom":{"queueDepth":3.5,"lag":0}})"), "$");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->custom.at("queueDepth"), (Sample::Custom{3.5, 1, 12.25}));
  EXPECT_EQ(read->custom.at("lag"), (Sample::Custom{0, 1}));
}

TEST(SampleJson, NamesEveryMistake) {
  struct Case {
    const char* text;
    Mistakes expected;
  };
  const Case cases[] = {
      {R"({"requests":-1})", {"$.metrics.requests minimum"}},
      {R"({"requests":1.5})", {"$.metrics.requests type"}},
      {R"({"requests":"5"})", {"$.metrics.requests type"}},
      {R"({"requests":9e18})", {"$.metrics.requests maximum"}},
      {R"({"requests":1,"errors":2})", {"$.metrics.errors maximum"}},
      {R"({"checks":1,"failedChecks":2})", {"$.metrics.failedChecks maximum"}},
      {R"({"latency":{"p50":1}})", {"$.metrics.latency.p99 required"}},
      {R"({"latency":{"p50":9,"p95":5,"p99":10}})", {"$.metrics.latency.p99 minimum"}},
      {R"({"latency":{"p99":-1}})", {"$.metrics.latency.p99 minimum"}},
      {R"({"latency":{"p98":1,"p99":1}})", {"$.metrics.latency.p98 unknown"}},
      {R"({"latency":5})",
       {
           "$.metrics.latency type",
       }},
      {R"({"custom":{"a":"b"}})", {"$.metrics.custom.a type"}},
      {R"({"custom":{"a":1e400}})", {"$.metrics.custom.a maximum"}},
      {R"({"custom":{"":1}})", {"$.metrics.custom propertyNames"}},
      {R"({"custom":{"a":{"sum":1,"n":1}}})", {"$.metrics.custom.a.n unknown"}},
      {R"({"custom":[]})", {"$.metrics.custom type"}},
      {R"({"request":1,"errors":-1})", {"$.metrics.errors minimum", "$.metrics.request unknown"}},
      {"[]", {"$.metrics type"}},
  };
  for (const auto& each : cases) {
    const auto read = sample_from_json(parsed(each.text), "$.metrics");
    const auto found = mistakes(read);
    ASSERT_FALSE(read) << each.text;
    EXPECT_EQ(read.error().reason, "metrics.invalid");
    for (const auto& expected : each.expected) {
      EXPECT_NE(std::ranges::find(found, expected), found.end()) << each.text << found.front();
    }
  }
}

TEST(SampleJson, RefusesMoreCustomMetricsThanAHeartbeatMayCarry) {
  json::Object custom;
  for (int i = 0; i < 33; ++i) custom.append("m" + std::to_string(i), i);
  json::Object sample;
  sample.append("custom", custom);
  EXPECT_EQ(mistakes(sample_from_json(sample, "$")), Mistakes{"$.custom maxProperties"});
}

}  // namespace
}  // namespace hotswap
