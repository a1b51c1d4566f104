#include "infrastructure/otlp/sender.hpp"

#include <gtest/gtest.h>

#include "testing/fake_random.hpp"

namespace hotswap::otlp {
namespace {

using namespace std::chrono_literals;
using Kind = Answered::Kind;

Result<HttpResponse> http(int status, HttpHeaders headers = {}) {
  return HttpResponse{status, std::move(headers), {}};
}

TEST(Answers, OnlyWhatTheProtocolNamesIsRepeated) {
  for (const int status : {429, 502, 503, 504})
    EXPECT_EQ(answered(http(status)).kind, Kind::Again) << status;
  for (const int status : {301, 400, 401, 404, 413, 500, 501})
    EXPECT_EQ(answered(http(status)).kind, Kind::Refused) << status;
  for (const int status : {200, 202}) EXPECT_EQ(answered(http(status)).kind, Kind::Accepted);
}

TEST(Answers, AConnectionThatFailsIsRepeatedABadAddressIsNot) {
  EXPECT_EQ(answered(fail(ErrorCode::Unavailable, "http.unreachable", "x")).kind, Kind::Again);
  EXPECT_EQ(answered(fail(ErrorCode::Timeout, "http.timeout", "x")).kind, Kind::Again);
  EXPECT_EQ(answered(fail(ErrorCode::Invalid, "http.invalid_request", "x")).kind, Kind::Refused);
}

TEST(Answers, BytesThatAreNoProtobufSayNothing) {
  auto response = http(200);
  response->body = "\xff\xff\xff\xff nonsense";
  EXPECT_EQ(answered(response).kind, Kind::Accepted);
  EXPECT_EQ(answered(response).rejected, 0u);
}

TEST(Pauses, DoubleAndStayBelowTheirBounds) {
  testing::FakeRandom random;
  for (const auto& [next, most] : {std::pair{2, 1000ms}, {3, 2000ms}, {4, 4000ms}, {9, 32'000ms}}) {
    const auto pause = retry_pause(next, {}, random);
    EXPECT_LE(pause, most);
    EXPECT_GE(pause, most * 2 / 3 - 1ms);
  }
}

TEST(Pauses, AreTheReceiversWhereItNamesOneUpToABound) {
  testing::FakeRandom random;
  EXPECT_EQ(retry_pause(2, answered(http(503, {{"retry-after", "7"}})).retry_after, random), 7s);
  EXPECT_EQ(retry_pause(2, answered(http(503, {{"retry-after", "86400"}})).retry_after, random),
            Sender::kRetryAfterMax);
  for (const auto* bad : {"Wed, 21 Oct 2026 07:28:00 GMT", "-1", "", "1.5"})
    EXPECT_FALSE(answered(http(503, {{"retry-after", bad}})).retry_after) << bad;
}

}  // namespace
}  // namespace hotswap::otlp
