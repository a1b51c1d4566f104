#include "ws_handshake.hpp"

#include <gtest/gtest.h>

#include "web_socket_peer.hpp"

namespace hotswap::sdk::ws {
namespace {

using namespace std::chrono_literals;

constexpr auto kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455 §1.3

TEST(WsHandshake, answers_the_key_as_the_example_of_rfc_6455) {
  EXPECT_EQ(accept_of(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  std::array<std::uint8_t, 16> random{};
  std::ranges::copy(std::string_view("the sample nonce"), random.begin());
  EXPECT_EQ(key_of(random), kKey);
}

TEST(WsHandshake, asks_with_every_header_that_belongs_to_it) {
  const auto text = write_ask({.host = "a:8400",
                               .target = "/stream",
                               .token = "t\r\nHost: b",
                               .header = "HotSwap-Moved: 1",
                               .key = kKey});
  EXPECT_EQ(text,
            "GET /stream HTTP/1.1\r\nHost: a:8400\r\nUser-Agent: libhotswap\r\n"
            "Accept: text/event-stream\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: hotswap.v1\r\nAuthorization: Bearer tHost: b\r\n"
            "HotSwap-Moved: 1\r\n\r\n")
      << "a token of a stranger begins no line of its own";
}

std::optional<std::string> fault(std::string answer, std::string_view what = {},
                                 const std::string& instead = {}) {
  if (const auto at = answer.find(what); !what.empty()) {
    EXPECT_NE(at, std::string::npos);
    answer.replace(at, what.size(), instead);
  }
  const auto head = read_head(answer);
  EXPECT_TRUE(head) << head.error();
  return fault_of(*head, kKey);
}

TEST(WsHandshake, takes_a_true_answer_only) {
  const auto good = testing::switching(kKey);
  EXPECT_EQ(fault(good), std::nullopt);
  EXPECT_EQ(fault(good, "Connection: Upgrade", "connection:keep-alive , UPGRADE"), std::nullopt);
  EXPECT_EQ(fault(good, "\r\n\r\n", "\r\nSec-WebSocket-Protocol: hotswap.v1\r\n\r\n"),
            std::nullopt);
  EXPECT_NE(fault(good, "s3pPLMBiTxaQ9", "S3pPLMBiTxaQ9"), std::nullopt);
  EXPECT_NE(fault(good, "Upgrade: websocket", "Upgrade: h2c"), std::nullopt);
  EXPECT_NE(fault(good, "Connection: Upgrade", "Connection: close"), std::nullopt);
  EXPECT_NE(fault(good, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n"), std::nullopt);
  EXPECT_NE(fault(good, "\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n"), std::nullopt);
}

TEST(WsHandshake, reads_a_head_strictly) {
  const auto head = read_head("HTTP/1.1 503 Service Unavailable\r\nRetry-After:  7 \r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 503);
  EXPECT_EQ(*head->field("retry-after"), "7");
  EXPECT_EQ(head->field("server"), nullptr);
  EXPECT_TRUE(read_head("HTTP/1.1 200\r\n\r\n"));
  for (const auto* bad :
       {"HTTP/1.0 101 X\r\n\r\n", "HTTP/2 101\r\n\r\n", "HTTP/1.1 10 X\r\n\r\n",
        "HTTP/1.1 1011\r\n\r\n", "garbage\r\n\r\n", "HTTP/1.1 101 X\r\n folded\r\n\r\n",
        "HTTP/1.1 101 X\r\nA : b\r\n\r\n", "HTTP/1.1 101 X\r\nA: b\nC: d\r\n\r\n",
        "HTTP/1.1 101 X\r\nA\r\n\r\n", "HTTP/1.1 101 X\r\nA: b\r\n"})
    EXPECT_FALSE(read_head(bad)) << bad;
}

TEST(WsHandshake, knows_when_to_come_again) {
  EXPECT_EQ(read_retry_after("7"), 7000ms);
  EXPECT_EQ(read_retry_after("100000"), 300s);
  EXPECT_EQ(read_retry_after("-1"), std::nullopt);
  EXPECT_EQ(read_retry_after("Mon, 30 Nov 2026 22:00:00 GMT"), std::nullopt);
}

}  // namespace
}  // namespace hotswap::sdk::ws
