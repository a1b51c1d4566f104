#include "domain/schema/infer/strings.hpp"

#include <gtest/gtest.h>

namespace hotswap::schema {
namespace {

using Texts = std::vector<std::string_view>;

std::string format(const Texts& texts) { return std::string(common_format(texts)); }

Texts set(Texts texts) { return closed_set(texts); }

/// Each of `words` as often as told.
Texts times(std::size_t count, const Texts& words) {
  Texts out;
  for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), words.begin(), words.end());
  return out;
}

TEST(CommonFormat, IsThatOfEveryText) {
  EXPECT_EQ(format({"2026-11-23T18:00:00Z", "2025-01-01T00:00:00+01:00"}), "date-time");
  EXPECT_EQ(format({"2026-11-23"}), "date");
  EXPECT_EQ(format({"18:00:00Z"}), "time");
  EXPECT_EQ(format({"PT5M", "P1D"}), "duration");
  EXPECT_EQ(format({"ops@example.com"}), "email");
  EXPECT_EQ(format({"123e4567-e89b-12d3-a456-426614174000"}), "uuid");
  EXPECT_EQ(format({"https://example.com/a", "redis://cache:6379/2"}), "uri");
}

TEST(CommonFormat, IsNoneWhenOneTextHasItNot) {
  EXPECT_EQ(format({"2026-11-23", "tomorrow"}), "");
  EXPECT_EQ(format({"https://example.com/a", "/a"}), "");
  EXPECT_EQ(format({"https://example.com/a", ""}), "");
  EXPECT_EQ(format({}), "");
}

TEST(CommonFormat, OneAddressAloneProvesNothingForAHostMayFollow) {
  EXPECT_EQ(format({"10.0.0.1"}), "");
  EXPECT_EQ(format({"10.0.0.1", "10.0.0.1"}), "");
  EXPECT_EQ(format({"10.0.0.1", "10.0.0.2"}), "ipv4");
  EXPECT_EQ(format({"::1", "fe80::1"}), "ipv6");
}

TEST(CommonFormat, WordsHostsAndPathsHaveNone) {
  EXPECT_EQ(format({"payments"}), "");
  EXPECT_EQ(format({"payments-db.internal"}), "");
  EXPECT_EQ(format({"payments-db.internal:5432"}), "");
  EXPECT_EQ(format({"/webhooks/provider"}), "");
}

TEST(ClosedSet, NeedsEightTextsOfAtMostFiveWordsEachSeenTwice) {
  EXPECT_EQ(set(times(4, {"warn", "info"})), (Texts{"info", "warn"}));
  EXPECT_EQ(set(times(2, {"a", "b", "c", "d", "e"})), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(set(times(3, {"warn", "info"})), Texts{});
  EXPECT_EQ(set(times(2, {"a", "b", "c", "d", "e", "f"})), Texts{});
  EXPECT_EQ(set({"a", "a", "a", "a", "a", "a", "a", "b"}), Texts{});
}

TEST(ClosedSet, AConstantIsNoSet) { EXPECT_EQ(set(times(20, {"info"})), Texts{}); }

TEST(ClosedSet, OnlyHoldsShortWords) {
  EXPECT_EQ(set(times(8, {"db.internal", "db2.internal"})), Texts{});
  EXPECT_EQ(set(times(8, {"", "info"})), Texts{});
  const std::string longer(33, 'x');
  EXPECT_EQ(set(times(8, {longer, "info"})), Texts{});
}

TEST(Names, ThatNobodyWouldGiveASettingLookLikeData) {
  for (const auto* name : {"eu-west-1", "10.0.0.7", "EUR", "api.example.com", "team/payments",
                           "user@example.com", "LOG_LEVEL", "p99", "größe", ""}) {
    EXPECT_TRUE(looks_like_data(name)) << name;
  }
  for (const auto* name : {"host", "poolSize", "pool-size", "pool_size", "URLs", "Name", "X"}) {
    EXPECT_FALSE(looks_like_data(name)) << name;
  }
}

}  // namespace
}  // namespace hotswap::schema
