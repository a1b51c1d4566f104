#include "domain/prometheus/exposition.hpp"

#include <gtest/gtest.h>

namespace hotswap::prometheus {
namespace {

Exposition parse(std::string_view text) {
  return parse_exposition(text, [](std::string_view) { return true; });
}

TEST(Exposition, ReadsTheExampleOfTheFormatsPage) {
  // From prometheus.io/docs/instrumenting/exposition_formats, "Text format example".
  const auto read = parse(R"(# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A histogram, which has a pretty complex representation in the text format:
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
)");
  EXPECT_EQ(read.bad_lines, 0u);
  ASSERT_EQ(read.series.size(), 8u);
  EXPECT_EQ(read.types.at("http_requests_total"), "counter");
  EXPECT_EQ(read.series[0].labels.at("code"), "200");
  EXPECT_DOUBLE_EQ(read.series[0].value, 1027);
  EXPECT_EQ(read.series[2].labels.at("path"), R"(C:\DIR\FILE.TXT)");
  EXPECT_EQ(read.series[2].labels.at("error"), "Cannot find file:\n\"FILE.TXT\"");
  EXPECT_DOUBLE_EQ(read.series[3].value, 12.47);
  EXPECT_EQ(read.series[5].labels.at("le"), "+Inf");
}

TEST(Exposition, ReadsWhatOpenMetricsAdds) {
  const auto read = parse(
      "# TYPE foo counter\n"
      "# UNIT foo seconds\n"
      "foo_total{a=\"b\",} 17.0 1520879607.789 # {trace_id=\"KOO5S4vxi0o\"} 0.67 1520879607.7\n"
      "foo_created 1520872607.123\r\n"
      "# EOF\n");
  EXPECT_EQ(read.bad_lines, 0u);
  ASSERT_EQ(read.series.size(), 2u);
  EXPECT_DOUBLE_EQ(read.series[0].value, 17);
  EXPECT_EQ(read.types.at("foo"), "counter");
}

TEST(Exposition, AQuantileWithoutObservationsIsNoMistake) {
  const auto read = parse("rpc{quantile=\"0.99\"} NaN\nrpc_count 0\n");
  EXPECT_EQ(read.bad_lines, 0u);
  ASSERT_EQ(read.series.size(), 1u);
  EXPECT_EQ(read.series[0].name, "rpc_count");
}

class BadLineIsToldAndSkipped : public ::testing::TestWithParam<std::string> {};

TEST_P(BadLineIsToldAndSkipped, TheOthersCount) {
  const auto read = parse("good 1\n" + GetParam() + "\ngood{a=\"b\"} 2\n");
  EXPECT_EQ(read.series.size(), 2u);
  ASSERT_EQ(read.bad_lines, 1u);
  EXPECT_EQ(read.bad[0].line, 2u);
  EXPECT_FALSE(read.bad[0].reason.empty());
}

INSTANTIATE_TEST_SUITE_P(Exposition, BadLineIsToldAndSkipped,
                         ::testing::Values("x NaN", "x +Inf", "x -Inf", "x", "x 1 2 3", "x 0x10",
                                           "x one", "{a=\"b\"} 1", "x{a=\"b} 1", "x{a=b} 1",
                                           "x{a=\"b\" 1", "x{=\"b\"} 1", "x{a=\"1\",a=\"2\"} 1",
                                           "\x01\x02\xff", "<html><body>502</body></html>",
                                           "x 1e999",
                                           "x{a=\"" + std::string(70'000, 'y') + "\"} 1"));

TEST(Exposition, WhatIsNotWantedIsNotEvenParsed) {
  const auto read = parse_exposition("a 1\nb{{{ broken\nc 3\n",
                                     [](std::string_view name) { return name != "b"; });
  EXPECT_EQ(read.bad_lines, 0u);
  EXPECT_EQ(read.series.size(), 2u);
}

TEST(Exposition, AnEndlessOneIsBounded) {
  std::string text;
  for (std::size_t i = 0; i < kSeries + 50; ++i) text += "x{i=\"" + std::to_string(i) + "\"} 1\n";
  const auto read = parse(text);
  EXPECT_EQ(read.series.size(), kSeries);
  EXPECT_EQ(read.bad_lines, 50u);
  EXPECT_EQ(read.bad.size(), kBadLinesKept);
}

}  // namespace
}  // namespace hotswap::prometheus
