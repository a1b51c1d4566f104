#include "infrastructure/cluster/preferred_locks.hpp"

#include <gtest/gtest.h>

#include "domain/base/limits.hpp"
#include "infrastructure/cluster/preferred_bus.hpp"
#include "testing/fake_clock.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::cluster {
namespace {

using namespace std::chrono_literals;
using Names = std::set<std::string>;

/// One service that several nodes ask.
struct Service {
  bool away = false;
  std::map<std::string, int> owners;
};

class OneNodesLocks : public Locks {
 public:
  OneNodesLocks(Service& service, int node) : service_(service), node_(node) {}
  Result<Names> hold(const std::vector<std::string>& names) override {
    if (service_.away) return fail(ErrorCode::Unavailable, "test.away", "away");
    Names held;
    for (const auto& name : names)
      if (service_.owners.emplace(name, node_).first->second == node_) held.insert(name);
    return held;
  }
  Result<void> release(const std::vector<std::string>& names) override {
    if (service_.away) return fail(ErrorCode::Unavailable, "test.away", "away");
    for (const auto& name : names)
      if (service_.owners.contains(name) && service_.owners[name] == node_)
        service_.owners.erase(name);
    return {};
  }

 private:
  Service& service_;
  int node_;
};

class PreferredLocksTest : public ::testing::Test {
 protected:
  struct Node {
    Node(PreferredLocksTest& test, int number)
        : redis(test.redis_, number),
          postgres(test.postgres_, number),
          state(test.logger_),
          locks({redis, [&test] { return test.up_; }, postgres, test.clock_, state}) {}
    OneNodesLocks redis, postgres;
    RedisState state;
    PreferredLocks locks;
  };
  void redis_goes() { redis_.away = true, up_ = false; }
  void redis_comes() { redis_.away = false, redis_.owners.clear(), up_ = true; }
  /// One renewal of each node, a second later.
  void tick(std::initializer_list<Node*> nodes, const std::vector<std::string>& names) {
    clock_.advance(1s);
    for (auto* node : nodes) ASSERT_TRUE(node->locks.hold(names));
  }

  testing::FakeClock clock_;
  testing::MemoryLogger logger_;
  Service redis_, postgres_;
  bool up_ = true;
  Node a_{*this, 1}, b_{*this, 2};
};

TEST_F(PreferredLocksTest, AsksThePreferredServiceAlone) {
  EXPECT_EQ(a_.locks.hold({"x", "y"}), Names({"x", "y"}));
  EXPECT_EQ(b_.locks.hold({"x", "z"}), Names{"z"});
  EXPECT_TRUE(postgres_.owners.empty());
}

TEST_F(PreferredLocksTest, WhatWasHeldIsHeldOnTheOtherServiceAtOnceAndNothingElse) {
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  ASSERT_EQ(b_.locks.hold({"x"}), Names{});
  redis_goes();
  // The other node is the first to notice, and does not take what it finds free there.
  EXPECT_EQ(b_.locks.hold({"x", "new"}), Names{});
  EXPECT_EQ(a_.locks.hold({"x"}), Names{"x"});
  clock_.advance(limits::kLease);
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  EXPECT_EQ(b_.locks.hold({"x", "new"}), Names{"new"});
}

TEST_F(PreferredLocksTest, LocksThatThisCallDoesNotNameMoveAsWell) {
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  ASSERT_EQ(a_.locks.hold({"y"}), Names{"y"});
  redis_goes();
  EXPECT_EQ(a_.locks.hold({"y"}), Names{"y"});
  EXPECT_TRUE(postgres_.owners.contains("x"));
}

TEST_F(PreferredLocksTest, GoingBackKeepsTheLocksOnBothUntilAllHaveGone) {
  redis_goes();
  for (int i = 0; i < 5; ++i) tick({&a_, &b_}, {"x"});
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  redis_comes();
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  EXPECT_EQ(redis_.owners["x"], 1);
  EXPECT_EQ(postgres_.owners["x"], 1);  // the other node may still look there
  for (int i = 0; i < 3; ++i) tick({&a_, &b_}, {"x"});
  EXPECT_EQ(redis_.owners["x"], 1);
  EXPECT_TRUE(postgres_.owners.empty());
}

TEST_F(PreferredLocksTest, WhoGoesBackFirstTakesNothingThatOthersHoldStill) {
  redis_goes();
  for (int i = 0; i < 5; ++i) tick({&a_, &b_}, {"x"});
  redis_comes();
  EXPECT_EQ(b_.locks.hold({"x"}), Names{});
  EXPECT_EQ(a_.locks.hold({"x"}), Names{"x"});
  for (int i = 0; i < 5; ++i) tick({&a_, &b_}, {"x"});
  EXPECT_EQ(b_.locks.hold({"x"}), Names{});
}

TEST_F(PreferredLocksTest, WhoStartsWithoutThePreferredServiceWaitsForTheOthersFirst) {
  redis_goes();
  EXPECT_EQ(a_.locks.hold({"x"}), Names{});
  clock_.advance(limits::kLease);
  EXPECT_EQ(a_.locks.hold({"x"}), Names{"x"});
}

TEST_F(PreferredLocksTest, AHolderThatWasStoppedForLongHasNoPrivilege) {
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  clock_.advance(limits::kLease + 1s);
  redis_goes();
  EXPECT_EQ(a_.locks.hold({"x"}), Names{});
}

TEST_F(PreferredLocksTest, AReleasedLockIsReleasedOnBoth) {
  redis_goes();
  for (int i = 0; i < 5; ++i) tick({&a_}, {"x"});
  redis_comes();
  ASSERT_EQ(a_.locks.hold({"x"}), Names{"x"});
  ASSERT_TRUE(a_.locks.release({"x"}));
  EXPECT_TRUE(redis_.owners.empty());
  EXPECT_TRUE(postgres_.owners.empty());
}

TEST_F(PreferredLocksTest, WithoutEitherServiceNothingIsKnown) {
  ASSERT_TRUE(a_.locks.hold({"x"}));
  redis_goes();
  postgres_.away = true;
  const auto held = a_.locks.hold({"x"});
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::Unavailable);
}

TEST_F(PreferredLocksTest, EachSwitchIsAWarningAndTheMetricFollows) {
  testing::MemoryMetrics metrics;
  a_.state.set(RedisState::Part::Bus, nullptr);
  ASSERT_TRUE(a_.locks.hold({"x"}));
  a_.state.show(metrics);
  EXPECT_EQ(metrics.value("hotswap_redis_up"), 1);
  EXPECT_FALSE(logger_.has(LogLevel::Warning, ""));
  redis_goes();
  ASSERT_TRUE(a_.locks.hold({"x"}));
  EXPECT_TRUE(logger_.has(LogLevel::Warning, "PostgreSQL is used instead"));
  EXPECT_EQ(metrics.value("hotswap_redis_up"), 0);
  const auto lines = logger_.entries().size();
  ASSERT_TRUE(a_.locks.hold({"x"}));
  EXPECT_EQ(logger_.entries().size(), lines);  // once
  redis_comes();
  ASSERT_TRUE(a_.locks.hold({"x"}));
  EXPECT_TRUE(logger_.has(LogLevel::Warning, "answers again"));
  EXPECT_EQ(metrics.value("hotswap_redis_up"), 1);
}

TEST_F(PreferredLocksTest, AnOutageOfBothIsOverForTheMetric) {
  testing::MemoryMetrics metrics;
  a_.state.set(RedisState::Part::Bus, nullptr);
  a_.state.show(metrics);
  ASSERT_TRUE(a_.locks.hold({"x"}));
  redis_.away = postgres_.away = true;
  ASSERT_FALSE(a_.locks.hold({"x"}));
  EXPECT_EQ(metrics.value("hotswap_redis_up"), 0);
  redis_.away = postgres_.away = false;
  ASSERT_TRUE(a_.locks.hold({"x"}));
  EXPECT_EQ(metrics.value("hotswap_redis_up"), 1);
}

struct RecordingBus : Bus {
  void publish(std::string message) override { said.push_back(std::move(message)); }
  void on_message(Listener heard) override { listener = std::move(heard); }
  std::vector<std::string> said;
  Listener listener;
};

TEST(PreferredBus, SaysOnOneAndHearsBoth) {
  bool up = true;
  RecordingBus redis;
  RecordingBus postgres;
  PreferredBus bus(redis, [&] { return up; }, postgres);
  std::vector<std::string> heard;
  bus.on_message([&](std::string_view message) { heard.emplace_back(message); });
  bus.publish("1");
  up = false;
  bus.publish("2");
  EXPECT_EQ(redis.said, std::vector<std::string>{"1"});
  EXPECT_EQ(postgres.said, std::vector<std::string>{"2"});
  redis.listener("a");
  postgres.listener("b");
  EXPECT_EQ(heard, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace hotswap::cluster
