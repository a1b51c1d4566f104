#include <gtest/gtest.h>

#include "domain/base/limits.hpp"
#include "infrastructure/redis/backoff.hpp"
#include "infrastructure/redis/reply.hpp"
#include "testing/fake_random.hpp"

namespace hotswap::redis {
namespace {

TEST(RedisReply, IsPutTogetherFromSingleBytes) {
  Decoder decoder;
  const std::string bytes = "*3\r\n$7\r\nmessage\r\n:-42\r\n*2\r\n$-1\r\n+OK\r\n-ERR no\r\n";
  std::vector<Reply> replies;
  for (const char byte : bytes) {
    ASSERT_TRUE(decoder.feed({&byte, 1}));
    auto next = decoder.next();
    ASSERT_TRUE(next);
    if (*next) replies.push_back(**next);
  }
  ASSERT_EQ(replies.size(), 2u);
  const auto& list = replies[0].list;
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].text, "message");
  EXPECT_EQ(list[1].number, -42);
  EXPECT_EQ(list[2].list[0].kind, Reply::Kind::Nothing);
  EXPECT_EQ(list[2].list[1].text, "OK");
  EXPECT_TRUE(replies[1].refused());
  EXPECT_EQ(replies[1].text, "ERR no");
}

TEST(RedisReply, WordsGoOutWholeWhateverTheyHold) {
  constexpr char kWire[] = "*3\r\n$3\r\nSET\r\n$5\r\na\r\n\0b\r\n$0\r\n\r\n";
  EXPECT_EQ(encode({"SET", std::string_view("a\r\n\0b", 5), ""}),
            std::string(kWire, sizeof kWire - 1));
}

TEST(RedisReply, AnotherProtocolIsSaidToBeOne) {
  Decoder decoder;
  ASSERT_TRUE(decoder.feed("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const auto reply = decoder.next();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, "redis.protocol");
}

TEST(RedisReply, AReplyWithoutEndIsCutOff) {
  Decoder decoder;
  ASSERT_TRUE(decoder.feed("$1000000000\r\n"));
  const std::string block(1 << 16, 'x');
  Result<void> fed;
  for (int i = 0; i < 100 && fed; ++i) {
    fed = decoder.feed(block);
    if (fed) {
      ASSERT_TRUE(decoder.next());
    }
  }
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().reason, "redis.protocol");
}

TEST(RedisReply, ManySmallRepliesAreNotTakenForOneLargeOne) {
  Decoder decoder;
  const std::string one = "$1000\r\n" + std::string(1000, 'x') + "\r\n";
  for (std::size_t sent = 0; sent < 3 * limits::kDocumentBytes; sent += one.size()) {
    ASSERT_TRUE(decoder.feed(one));
    ASSERT_TRUE(decoder.next().value());
  }
}

TEST(RedisReply, RefusalsHaveReasonsAndRemedies) {
  EXPECT_EQ(meaning_of("WRONGPASS invalid").reason, "redis.auth");
  EXPECT_EQ(meaning_of("READONLY You can't write").reason, "redis.read_only");
  EXPECT_EQ(meaning_of("OOM command not allowed").reason, "redis.full");
  EXPECT_EQ(meaning_of("ERR whatever").reason, "redis.refused");
  EXPECT_EQ(meaning_of("ERR whatever").code, ErrorCode::Unavailable);
  EXPECT_TRUE(ends_connection("LOADING Redis is loading"));
  EXPECT_FALSE(ends_connection("OOM command not allowed"));
}

TEST(RedisBackoff, GrowsToItsBoundWithChanceInIt) {
  testing::FakeRandom random;
  Backoff backoff(random);
  std::set<Duration> last;
  for (int i = 0; i < 100; ++i) {
    const auto pause = backoff.next();
    EXPECT_LE(pause, kLongestPause);
    if (i == 0) EXPECT_LE(pause, kFirstPause);
    if (i > 10) EXPECT_GE(pause, kLongestPause / 2);
    if (i > 10) last.insert(pause);
  }
  EXPECT_GT(last.size(), 20u);
  backoff.succeeded();
  EXPECT_LE(backoff.next(), kFirstPause);
}

}  // namespace
}  // namespace hotswap::redis
