// Redis comes and goes under a cluster that has PostgreSQL as well.
#include "cluster_ports/nodes.hpp"
#include "domain/base/limits.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::cluster_ports {
namespace {

class PreferredServices : public ::testing::Test {
 protected:
  struct Member {
    Member(const testing::RedisServer& redis, const std::string& id)
        : services(cluster::Services::make({.database = shared_postgres().dsn(),
                                            .node = id,
                                            .redis = redis.url(),
                                            .redis_password_file = {},
                                            .redis_ca_file = {},
                                            .redis_prefix = "test:"},
                                           random_source(), clock, logger)
                       .value()) {
      services->show(metrics);
      heard.listen_to(services->bus());
      services->start();
    }
    ~Member() { services->stop(); }
    Names hold(const std::vector<std::string>& names) {
      auto got = services->locks().hold(names);
      EXPECT_TRUE(got) << got.error().detail;
      return got.value_or(Names{});
    }
    [[nodiscard]] bool redis_up() const { return metrics.value("hotswap_redis_up") == 1; }
    SystemClock clock;
    testing::MemoryLogger logger;
    testing::MemoryMetrics metrics;
    Heard heard;
    std::unique_ptr<cluster::Services> services;
  };
  /// Both renew until they use Redis.
  bool both_use_redis() {
    return eventually([&] {
      a_.hold({x_});
      b_.hold({x_});
      return a_.redis_up() && b_.redis_up();
    });
  }
  static bool gets_through(Member& from, const Member& to, const std::string& message) {
    int count = 0;
    return eventually([&] {
      from.services->bus().publish(message + std::to_string(count++ % 2));
      return to.heard.has(message + "0");
    });
  }

  testing::RedisServer redis_;
  Member a_{redis_, "a"}, b_{redis_, "b"};
  const std::string x_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(PreferredServices, ALockStaysWithItsHolderThroughAnOutage) {
  ASSERT_EQ(a_.hold({x_}), Names{x_});
  ASSERT_EQ(b_.hold({x_}), Names{});
  redis_.kill();
  EXPECT_EQ(b_.hold({x_}), Names{});  // it switches first
  EXPECT_EQ(a_.hold({x_}), Names{x_});
  EXPECT_TRUE(a_.logger.has(LogLevel::Warning, "PostgreSQL is used instead"));
  EXPECT_FALSE(a_.redis_up());
  const auto outage = std::chrono::steady_clock::now() + limits::kLease + 500ms;
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(a_.hold({x_}), Names{x_});
    EXPECT_EQ(b_.hold({x_}), Names{});
    return std::chrono::steady_clock::now() > outage;
  }));
  redis_.start();
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(a_.hold({x_}), Names{x_});
    EXPECT_EQ(b_.hold({x_}), Names{});
    return a_.redis_up() && b_.redis_up();
  }));
  EXPECT_TRUE(a_.logger.has(LogLevel::Warning, "answers again"));
}

TEST_F(PreferredServices, ALockOfAHolderThatDiesInTheOutageIsTakenOver) {
  ASSERT_TRUE(both_use_redis());
  ASSERT_EQ(a_.hold({x_ + "dies"}), Names{x_ + "dies"});
  redis_.kill();
  EXPECT_TRUE(eventually([&] { return b_.hold({x_ + "dies"}).contains(x_ + "dies"); }));
}

TEST_F(PreferredServices, TheBusGoesOnThroughAnOutage) {
  ASSERT_TRUE(both_use_redis());
  ASSERT_TRUE(gets_through(a_, b_, "by Redis"));
  redis_.kill();
  ASSERT_TRUE(gets_through(a_, b_, "by PostgreSQL"));
  redis_.start();
  ASSERT_TRUE(both_use_redis());
  ASSERT_TRUE(gets_through(b_, a_, "by Redis again"));
}

TEST_F(PreferredServices, AFlushChangesNoHolderThatRenewsFirst) {
  ASSERT_TRUE(both_use_redis());
  ASSERT_EQ(a_.hold({x_}), Names{x_});
  redis_.command({"flushall"});
  EXPECT_EQ(a_.hold({x_}), Names{x_});
  EXPECT_EQ(b_.hold({x_}), Names{});
}

TEST_F(PreferredServices, ARedisThatIsFullIsNotUsedForLocks) {
  ASSERT_TRUE(both_use_redis());
  redis_.command({"config", "set", "maxmemory", "1"});
  EXPECT_TRUE(eventually([&] { return b_.hold({x_ + "new"}).contains(x_ + "new"); }));
  EXPECT_FALSE(b_.redis_up());
  redis_.command({"config", "set", "maxmemory", "0"});
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(b_.hold({x_ + "new"}), Names{x_ + "new"});
    return b_.redis_up();
  }));
}

TEST_F(PreferredServices, AFrozenRedisIsLeftInTime) {
  ASSERT_TRUE(both_use_redis());
  ASSERT_EQ(a_.hold({x_}), Names{x_});
  redis_.stop_process();
  // Within the lease, or another could have taken it.
  EXPECT_EQ(a_.hold({x_}), Names{x_});
  EXPECT_TRUE(gets_through(a_, b_, "meanwhile"));
  redis_.continue_process();
  EXPECT_TRUE(both_use_redis());
}

TEST(PreferredSettings, WithoutRedisPostgresDoesItAlone) {
  const SystemClock clock;
  testing::MemoryLogger logger;
  auto services = cluster::Services::make({.database = shared_postgres().dsn(),
                                           .node = "a",
                                           .redis = {},
                                           .redis_password_file = {},
                                           .redis_ca_file = {},
                                           .redis_prefix = "test:"},
                                          random_source(), clock, logger);
  ASSERT_TRUE(services);
  EXPECT_EQ((*services)->contents(), nullptr);
  EXPECT_EQ((*services)->locks().hold({"alone"}), Names{"alone"});
  EXPECT_TRUE(logger.entries().empty());
}

TEST(PreferredSettings, WhatCannotBeUsedIsSaidBeforeTheStart) {
  const SystemClock clock;
  testing::MemoryLogger logger;
  const auto refused = [&](const std::string& url, const std::string& password_file,
                           const std::string& ca_file) {
    const auto made = cluster::Services::make({.database = shared_postgres().dsn(),
                                               .node = "a",
                                               .redis = url,
                                               .redis_password_file = password_file,
                                               .redis_ca_file = ca_file,
                                               .redis_prefix = "test:"},
                                              random_source(), clock, logger);
    return made ? std::string("made") : made.error().reason;
  };
  EXPECT_EQ(refused("redis://", "", ""), "redis.url");
  EXPECT_EQ(refused("redis://a", "/nonexistent", ""), "redis.password");
  EXPECT_EQ(refused("rediss://a", "", "/nonexistent"), "redis.tls");
}

}  // namespace
}  // namespace hotswap::cluster_ports
