#include "api/auth/key_refresh.hpp"

#include <gtest/gtest.h>

namespace hotswap::api {
namespace {

using namespace std::chrono_literals;

const MonoTime kStart{1h};

TEST(KeyRefresh, BeginsAtOnceAndGoesOnAsOftenAsTold) {
  KeyRefresh refresh({.every = 10min});
  EXPECT_TRUE(refresh.due(kStart, false));
  refresh.succeeded(kStart, std::nullopt);
  EXPECT_FALSE(refresh.due(kStart + 10min - 1ms, false));
  EXPECT_TRUE(refresh.due(kStart + 10min, false));
}

TEST(KeyRefresh, BelievesTheIssuersLifetimeWithinBounds) {
  KeyRefresh refresh({.every = 10min});
  refresh.succeeded(kStart, 2min);
  EXPECT_FALSE(refresh.due(kStart + 2min - 1ms, false));
  EXPECT_TRUE(refresh.due(kStart + 2min, false));
  refresh.succeeded(kStart, 0s);  // "never cache" must not become a flood
  EXPECT_FALSE(refresh.due(kStart + 29s, false));
  refresh.succeeded(kStart, 24h);
  EXPECT_TRUE(refresh.due(kStart + 10min, false));
}

TEST(KeyRefresh, AnUnknownKeyIsLookedForAtOnceButNotForEveryStranger) {
  KeyRefresh refresh({.every = 10min, .wish_gap = 30s});
  refresh.succeeded(kStart, std::nullopt);
  EXPECT_FALSE(refresh.due(kStart + 29s, true));
  EXPECT_TRUE(refresh.due(kStart + 30s, true));
  refresh.succeeded(kStart + 30s, std::nullopt);
  EXPECT_FALSE(refresh.due(kStart + 59s, true));
}

TEST(KeyRefresh, TriesAgainLaterAndLaterAfterFailures) {
  KeyRefresh refresh({.retry_first = 5s, .retry_max = 20s});
  auto now = kStart;
  for (const auto pause : {5s, 10s, 20s, 20s}) {
    refresh.failed(now);
    EXPECT_FALSE(refresh.due(now + pause - 1ms, false));
    EXPECT_TRUE(refresh.due(now + pause, false));
    now += pause;
  }
  refresh.succeeded(now, std::nullopt);
  EXPECT_FALSE(refresh.failing());
  refresh.failed(now);
  EXPECT_TRUE(refresh.due(now + 5s, false));
}

TEST(KeyRefresh, KeysOutliveFailuresForAWhileOnly) {
  KeyRefresh refresh({.keep = 1h});
  EXPECT_FALSE(refresh.outlived(kStart));  // there are none
  EXPECT_FALSE(refresh.age(kStart));
  refresh.succeeded(kStart, std::nullopt);
  refresh.failed(kStart + 30min);
  EXPECT_FALSE(refresh.outlived(kStart + 1h - 1ms));
  EXPECT_TRUE(refresh.outlived(kStart + 1h));
  EXPECT_EQ(refresh.age(kStart + 30min), 30min);
}

}  // namespace
}  // namespace hotswap::api
