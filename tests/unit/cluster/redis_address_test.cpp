#include <gtest/gtest.h>

#include "infrastructure/redis/address.hpp"

namespace hotswap::redis {
namespace {

TEST(RedisUrl, NamesOneServer) {
  const auto plain = read_url("redis://cache.example");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->hosts, (std::vector<Host>{{"cache.example", 6379}}));
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->database, 0);
  const auto full = read_url("rediss://app:p%40s%2Fs%3a@[::1]:7000/12");
  ASSERT_TRUE(full);
  EXPECT_TRUE(full->tls);
  EXPECT_EQ(full->user, "app");
  EXPECT_EQ(full->password, "p@s/s:");
  EXPECT_EQ(full->hosts, (std::vector<Host>{{"::1", 7000}}));
  EXPECT_EQ(full->database, 12);
  EXPECT_EQ(to_string(full->hosts[0]), "[::1]:7000");
}

TEST(RedisUrl, NamesSentinelsAndTheirMaster) {
  const auto address = read_url("redis+sentinel://:secret@a,b:26380,[fe80::2]/mymaster/3");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->hosts, (std::vector<Host>{{"a", 26379}, {"b", 26380}, {"fe80::2", 26379}}));
  EXPECT_EQ(address->master, "mymaster");
  EXPECT_EQ(address->password, "secret");
  EXPECT_EQ(address->user, "");
  EXPECT_EQ(address->database, 3);
  EXPECT_TRUE(read_url("rediss+sentinel://a/m")->tls);
}

TEST(RedisUrl, MistakesAreNamedWithoutThePassword) {
  for (const auto* bad : {"",
                          "redis",
                          "redis://",
                          "http://a",
                          "redis://a:0",
                          "redis://a:65536",
                          "redis://a:x",
                          "redis://a:",
                          "redis://a,b",
                          "redis://a/x",
                          "redis://a/-1",
                          "redis://a/0/1",
                          "redis://[::1",
                          "redis://[::1]7",
                          "redis://u:hunter2@",
                          "redis://hunter2@a",
                          "redis://:hunter2%zz@a",
                          "redis://:hunter2%4@a",
                          "redis+sentinel://a",
                          "redis+sentinel://a/",
                          "redis+sentinel:///m",
                          "redis+sentinel://a,,b/m",
                          "redis://a?x=1",
                          "redis://a b",
                          "redis://a/99999999999"}) {
    const auto address = read_url(bad);
    ASSERT_FALSE(address) << bad;
    EXPECT_EQ(address.error().reason, "redis.url");
    EXPECT_FALSE(address.error().detail.contains("hunter2")) << address.error().detail;
  }
}

}  // namespace
}  // namespace hotswap::redis
