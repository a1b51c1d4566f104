#include "domain/base/time.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

std::string reformatted(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_time(*time) : time.error().reason;
}

TEST(Time, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(format_time(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(WallTime{1'795'446'245'123ms}), "2026-11-23T15:04:05.123Z");
  EXPECT_EQ(format_time(WallTime{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, ReadsWhatRfc3339Allows) {
  EXPECT_EQ(reformatted("2026-11-23T15:04:05Z"), "2026-11-23T15:04:05.000Z");
  EXPECT_EQ(reformatted("2026-11-23t15:04:05z"), "2026-11-23T15:04:05.000Z");
  EXPECT_EQ(reformatted("2026-11-23T15:04:05.1Z"), "2026-11-23T15:04:05.100Z");
  EXPECT_EQ(reformatted("2026-11-23T15:04:05.123999999Z"), "2026-11-23T15:04:05.123Z");
  EXPECT_EQ(reformatted("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000Z");
}

TEST(Time, AppliesTheOffset) {
  EXPECT_EQ(reformatted("2026-11-23T15:04:05+02:00"), "2026-11-23T13:04:05.000Z");
  EXPECT_EQ(reformatted("2026-11-23T23:30:00-05:45"), "2026-11-24T05:15:00.000Z");
  EXPECT_EQ(reformatted("2026-01-01T00:00:00+00:00"), "2026-01-01T00:00:00.000Z");
}

TEST(Time, RefusesEverythingElse) {
  for (const auto* text : {"",
                           "2026-11-23",
                           "2026-11-23T15:04:05",
                           "2026-11-23 15:04:05Z",
                           "2026-11-23T15:04Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T15:60:00Z",
                           "2026-11-23T15:04:60Z",
                           "2026-11-23T15:04:05.Z",
                           "2026-11-23T15:04:05.1234567890Z",
                           "2026-11-23T15:04:05+0200",
                           "2026-11-23T15:04:05+24:00",
                           "2026-11-23T15:04:05+02:60",
                           "2026-11-23T15:04:05ZZ",
                           " 2026-11-23T15:04:05Z",
                           "26-11-23T15:04:05Z",
                           "+2026-11-23T15:04:05Z",
                           "2026-1-23T15:04:05Z",
                           "2026-11-23T15:04:05,5Z"}) {
    EXPECT_EQ(reformatted(text), "time.invalid") << text;
  }
}

TEST(Duration, IsWrittenInTheNormalForm) {
  EXPECT_EQ(format_duration(0ms), "PT0S");
  EXPECT_EQ(format_duration(5min), "PT5M");
  EXPECT_EQ(format_duration(1500ms), "PT1.5S");
  EXPECT_EQ(format_duration(7ms), "PT0.007S");
  EXPECT_EQ(format_duration(72h), "P3D");
  EXPECT_EQ(format_duration(36h + 30s), "P1DT12H30S");
  EXPECT_EQ(format_duration(-5s), "-PT5S");
}

TEST(Duration, ReadsIso8601) {
  EXPECT_EQ(parse_duration("PT0S"), 0ms);
  EXPECT_EQ(parse_duration("PT30S"), 30s);
  EXPECT_EQ(parse_duration("PT1H30M"), 90min);
  EXPECT_EQ(parse_duration("P1DT2H3M4.5678S"), 26h + 3min + 4567ms);
  EXPECT_EQ(parse_duration("P2W"), 336h);
  EXPECT_EQ(parse_duration("PT90M"), 90min);
  EXPECT_EQ(parse_duration("PT007S"), 7s);
  EXPECT_EQ(parse_duration("P366D"), 366 * 24h);
}

TEST(Duration, ReadsBackWhatItWrites) {
  for (const Duration value : {0ms, 1ms, 999ms, 60'000ms, 86'399'999ms, 31'622'400'000ms}) {
    EXPECT_EQ(parse_duration(format_duration(value)), value) << value.count();
  }
}

TEST(Duration, RefusesIllFormedNegativeAndAbsurdOnes) {
  for (const auto* text : {"",
                           "P",
                           "PT",
                           "T5M",
                           "5M",
                           "PT5",
                           "P5M",
                           "P1Y",
                           "PT5M1H",
                           "PT5M5M",
                           "P1DT",
                           "PT.5S",
                           "PT1.S",
                           "PT1.5M",
                           "PT-5S",
                           "-PT5S",
                           "+PT5S",
                           "pt5s",
                           "PT5S ",
                           "P1W2D",
                           "P1WT1H",
                           "P1TT1H",
                           "PT1.0000000001S",
                           "PT1,5S",
                           "P367D",
                           "PT31622401S",
                           "PT99999999999999999999S",
                           "P53W",
                           "PT1e3S",
                           "PT31622400.001S"}) {
    const auto value = parse_duration(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().reason, "duration.invalid") << text;
    EXPECT_EQ(value.error().code, ErrorCode::Invalid) << text;
  }
}

}  // namespace
}  // namespace hotswap
