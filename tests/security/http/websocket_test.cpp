// Upgraded streams under attack: what the frames hide, how long they are, and who may open them.
#include <thread>

#include "cli/answer.hpp"
#include "security/http/target.hpp"
#include "testing/client_frames.hpp"

namespace hotswap::security {
namespace {

using hotswap::testing::client_text;
using hotswap::testing::ClientFrame;
using hotswap::testing::take_server_frame;

const std::string kHidden = "GET /health/live HTTP/1.1\r\nHost: hidden\r\n\r\n";

struct WebSocket : Target {
  static void SetUpTestSuite() {
    Target::SetUpTestSuite();
    const auto made = server().api().post(
        "/api/v1/instances", json::Object{{"serviceName", "shop"}, {"environment", "Production"}});
    ASSERT_TRUE(made);
    id_ = cli::text_at(*made, "id");
    token_ = cli::text_at(*made, "token");
  }

  static std::string upgrade(const std::string& token, const std::string& version = "13",
                             const std::string& key = "dGhlIHNhbXBsZSBub25jZQ==") {
    return "GET /api/v1/instances/" + id_ +
           "/stream HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: " +
           version + "\r\nSec-WebSocket-Key: " + key + "\r\nAuthorization: Bearer " + token +
           "\r\n\r\n";
  }
  /// The close code that ends a stream on which this is said; 0: none was read.
  static unsigned ending(std::string_view bytes) {
    Raw raw(port());
    raw.send(upgrade(token_));
    auto all = raw.read_until("\r\n\r\n");
    raw.send(bytes);
    bool closed = false;
    all += raw.read_all(closed);
    EXPECT_TRUE(closed) << "the stream was left open";
    EXPECT_EQ(count_answers(all), 1U) << "a request was found among the frames";
    all.erase(0, all.find("\r\n\r\n") + 4);
    unsigned code = 0;
    while (const auto frame = take_server_frame(all))
      if (frame->opcode == 8) code = frame->close_code();
    return code;
  }

  inline static std::string id_, token_;
};

TEST_F(WebSocket, FramesAreNeverTakenForRequests) {
  EXPECT_EQ(ending(kHidden), 1002U);
  EXPECT_EQ(ending(client_text("{}") + kHidden), 1002U);
  EXPECT_EQ(ending(ClientFrame{.opcode = 8}.bytes() + kHidden), 0U);
}

TEST_F(WebSocket, ARefusedUpgradeLeavesNoWayForTheNextRequest) {
  // A proxy that believes in the upgrade passes on whatever follows, unseen.
  for (const auto& [bytes, status] :
       std::vector<std::pair<std::string, int>>{{upgrade(token_, "99"), 426},
                                                {upgrade(token_, ""), 426},
                                                {upgrade(token_, "13", "short"), 400},
                                                {upgrade("nonsense"), 401},
                                                {upgrade(server().options().token), 403}}) {
    const auto all = answers(bytes + kHidden);
    EXPECT_EQ(first_status(all), status) << all;
    EXPECT_EQ(count_answers(all), 1U) << all;
  }
}

TEST_F(WebSocket, AnotherInstancesStreamIsNotToBeHad) {
  auto other = upgrade(token_);
  other.replace(other.find(id_), id_.size(), "another");
  EXPECT_EQ(first_status(answers(other)), 403);
}

TEST_F(WebSocket, ALengthThatIsClaimedCostsNothing) {
  for (const std::uint64_t claimed :
       {std::uint64_t{2'000'000}, std::uint64_t{1} << 40, UINT64_MAX, std::uint64_t{1} << 63})
    EXPECT_EQ(ending(ClientFrame{.claimed = claimed}.bytes()), 1009U);
  std::vector<Raw> waiting;
  for (int i = 0; i < 200; ++i) {
    waiting.emplace_back(port());
    waiting.back().send(upgrade(token_));
    waiting.back().send(ClientFrame{.claimed = 1'000'000}.bytes());
  }
}

TEST_F(WebSocket, EndlessFragmentsAreBoundedTogether) {
  Raw raw(port());
  raw.send(upgrade(token_) + ClientFrame{.payload = "{", .fin = false}.bytes());
  const std::string blanks(0x10000, ' ');
  const auto more = ClientFrame{.opcode = 0, .payload = blanks, .fin = false}.bytes();
  int sent = 0;
  while (sent < 1000 && raw.send(more)) ++sent;
  EXPECT_LT(sent, 1000) << "64 MB were taken";
}

TEST_F(WebSocket, AFloodOfPingsIsAnsweredWithoutAPileOfPongs) {
  Raw raw(port());
  raw.send(upgrade(token_));
  const auto ping = ClientFrame{.opcode = 9, .payload = "flood"}.bytes();
  std::string pings;
  for (int i = 0; i < 100'000; ++i) pings += ping;
  raw.send(pings);
  raw.end_sending();
  bool closed = false;
  const auto all = raw.read_all(closed);
  EXPECT_TRUE(closed);
  EXPECT_TRUE(all.contains("flood"));
}

TEST_F(WebSocket, DeepAndBrokenJsonIsAProblemAndNoMore) {
  for (const auto& text : {std::string(100'000, '['), std::string("{\"a\":"), std::string(),
                           std::string("\xEF\xBB\xBF{}"), std::string(R"({"a":1,"a":2})")}) {
    Raw raw(port());
    raw.send(upgrade(token_) + client_text(text) + ClientFrame{.opcode = 8}.bytes());
    bool closed = false;
    const auto all = raw.read_all(closed);
    EXPECT_TRUE(closed);
    EXPECT_TRUE(all.contains("event: problem\ndata: {")) << text.substr(0, 20);
  }
}

TEST_F(WebSocket, BytesThatMeanNothingEndTheirOwnStreamOnly) {
  std::uint32_t state = 12345;
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
      state = state * 1664525 + 1013904223;
      bytes += static_cast<char>(state >> 24);
    }
    Raw raw(port());
    raw.send(upgrade(token_) + bytes);
    raw.end_sending();
    bool closed = false;
    static_cast<void>(raw.read_all(closed));
    EXPECT_TRUE(closed);
  }
}

}  // namespace
}  // namespace hotswap::security
