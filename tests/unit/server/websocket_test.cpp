// The rules of RFC 6455 that a server has to keep, each with the section that says so.
#include "api/server/websocket.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "api/server/upgrade.hpp"
#include "testing/client_frames.hpp"

namespace hotswap::api::testing {
namespace {

using hotswap::testing::client_close;
using hotswap::testing::client_text;
using hotswap::testing::ClientFrame;
using ws::Heard;

constexpr std::size_t kLimit = 1000;

/// What a reader makes of bytes that come in pieces of `step`, as text; a refusal ends it.
std::string reading(std::string bytes, std::size_t step = 1 << 20, std::size_t limit = kLimit) {
  ws::MessageReader reader(limit);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto piece = bytes.substr(at, step);
    std::span<char> unread(piece);
    for (;;) {
      const auto heard = reader.next(unread);
      using enum Heard::Kind;
      if (heard.kind == Nothing) break;
      if (heard.kind == Skipped) continue;
      if (heard.kind == Message) out += "message " + std::string(heard.text) + "; ";
      if (heard.kind == Ping) out += "ping " + std::string(heard.text) + "; ";
      if (heard.kind == Close) return out + "close " + std::to_string(heard.code);
      if (heard.kind == Refused) return out + "refused " + std::to_string(heard.code);
    }
  }
  return out + (reader.incomplete() ? "…" : "");
}

std::string refusal(const ClientFrame& frame) { return reading(frame.bytes()); }

TEST(MessageReader, UnmasksTheExampleOfTheStandard) {
  // 5.7: a single-frame masked text message, "Hello".
  EXPECT_EQ(reading("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "message Hello; ");
}

TEST(MessageReader, ReadsEveryLengthWhereverItIsCut) {
  for (const std::size_t length : {0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 999U, 1000U}) {
    const std::string text(length, 'x');
    const auto bytes = client_text(text) + client_text("next");
    const auto expected = "message " + text + "; message next; ";
    for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 100'000U})
      EXPECT_EQ(reading(bytes, step), expected) << length << " in steps of " << step;
  }
  const std::string large(70'000, 'l');
  EXPECT_EQ(reading(client_text(large), 4096, 70'000), "message " + large + "; ");
}

TEST(MessageReader, PutsFragmentsTogetherWithControlFramesBetweenThem) {
  // 5.4: control frames may be injected in the middle of a fragmented message.
  const auto bytes = ClientFrame{.opcode = 1, .payload = "one ", .fin = false}.bytes() +
                     ClientFrame{.opcode = 9, .payload = "p"}.bytes() +
                     ClientFrame{.opcode = 0, .payload = "two ", .fin = false}.bytes() +
                     ClientFrame{.opcode = 10, .payload = "q"}.bytes() +
                     ClientFrame{.opcode = 0, .payload = "", .fin = false}.bytes() +
                     ClientFrame{.opcode = 0, .payload = "three"}.bytes() + client_text("four");
  for (const std::size_t step : {1U, 5U, 100'000U})
    EXPECT_EQ(reading(bytes, step), "ping p; message one two three; message four; ");
}

TEST(MessageReader, RefusesWhatTheProtocolForbids) {
  EXPECT_EQ(refusal({.payload = "x", .masked = false}), "refused 1002") << "5.1: masked";
  for (unsigned bit = 1; bit < 8; ++bit)
    EXPECT_EQ(refusal({.payload = "x", .reserved = bit}), "refused 1002") << "5.2: RSV";
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U})
    EXPECT_EQ(refusal({.opcode = opcode, .payload = "x"}), "refused 1002") << "5.2: " << opcode;
  EXPECT_EQ(refusal({.opcode = 2, .payload = "x"}), "refused 1003");
  EXPECT_EQ(refusal({.opcode = 0, .payload = "x"}), "refused 1002") << "5.4: nothing to continue";
  EXPECT_EQ(refusal({.payload = "x", .length_bytes = 2}), "refused 1002") << "5.2: minimal length";
  EXPECT_EQ(refusal({.payload = "x", .length_bytes = 8}), "refused 1002") << "5.2: minimal length";
  const std::string long_payload(126, 'p');
  for (const unsigned control : {8U, 9U, 10U}) {
    EXPECT_EQ(refusal({.opcode = control, .payload = long_payload}), "refused 1002") << "5.5: 125";
    EXPECT_EQ(refusal({.opcode = control, .payload = "p", .fin = false}), "refused 1002")
        << "5.5: not fragmented";
  }
  EXPECT_EQ(reading(ClientFrame{.payload = "a", .fin = false}.bytes() + client_text("b")),
            "refused 1002")
      << "5.4: the first message has not ended";
}

TEST(MessageReader, RefusesALongMessageByItsHead) {
  EXPECT_EQ(refusal({.claimed = kLimit + 1}), "refused 1009");
  EXPECT_EQ(refusal({.claimed = UINT64_MAX}), "refused 1009");
  const std::string half(kLimit / 2 + 1, 'h');
  EXPECT_EQ(reading(ClientFrame{.payload = half, .fin = false}.bytes() +
                    ClientFrame{.opcode = 0, .payload = half, .fin = false}.bytes()),
            "refused 1009")
      << "fragments count together";
}

TEST(MessageReader, TakesWellFormedTextOnly) {
  // 5.6 and 8.1: UTF-8, of the whole message; a character may be cut between fragments.
  EXPECT_EQ(reading(ClientFrame{.payload = "\xC3", .fin = false}.bytes() +
                    ClientFrame{.opcode = 0, .payload = "\xA4"}.bytes()),
            "message ä; ");
  for (const auto* bad : {"\xC3", "\xA4", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
    EXPECT_EQ(refusal({.payload = bad}), "refused 1007");
}

TEST(MessageReader, ReadsClosesAndNothingBehindThem) {
  EXPECT_EQ(reading(ClientFrame{.opcode = 8}.bytes() + client_text("late")), "close 1005");
  for (const int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999})
    EXPECT_EQ(reading(client_close(code, "bye")), "close " + std::to_string(code));
  // 7.4.1 and 7.4.2: those that stand in no frame.
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    EXPECT_EQ(reading(client_close(code)), "refused 1002") << code;
  EXPECT_EQ(refusal({.opcode = 8, .payload = "x"}), "refused 1002") << "half a code";
  EXPECT_EQ(reading(client_close(1000, "\xFF")), "refused 1007");
}

TEST(MessageReader, SaysWhatIsIncomplete) {
  EXPECT_EQ(reading(client_text("whole").substr(0, 5)), "…");
  EXPECT_EQ(reading(ClientFrame{.payload = "part", .fin = false}.bytes()), "…");
  EXPECT_EQ(reading(client_text("whole")), "message whole; ");
}

TEST(WebSocketFrames, HaveTheShortestHead) {
  using ws::Opcode;
  EXPECT_EQ(ws::frame_head(Opcode::Text, 0).view(), std::string_view("\x81\x00", 2));
  EXPECT_EQ(ws::frame_head(Opcode::Text, 125).view(), "\x81\x7D");
  EXPECT_EQ(ws::frame_head(Opcode::Text, 126).view(), std::string_view("\x81\x7E\x00\x7E", 4));
  EXPECT_EQ(ws::frame_head(Opcode::Text, 65535).view(), "\x81\x7E\xFF\xFF");
  EXPECT_EQ(ws::frame_head(Opcode::Text, 65536).view(),
            std::string_view("\x81\x7F\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(ws::control_frame(Opcode::Pong, "p"), "\x8A\x01p");
  EXPECT_EQ(ws::close_frame(1001, "bye"),
            "\x88\x05\x03\xE9"
            "bye");
  EXPECT_EQ(ws::close_frame(ws::close_code::kNone), std::string_view("\x88\x00", 2));
  EXPECT_EQ(ws::close_frame(1002, std::string(500, 'w')).size(), 127U);
}

struct Upgrades : ::testing::Test {
  Request request;
  Upgrades() {
    request.headers = {{"Upgrade", "websocket"},
                       {"Connection", "keep-alive, Upgrade"},
                       {"Sec-WebSocket-Version", "13"},
                       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  }
  void set(std::size_t which, std::string value) { request.headers[which].value = value; }
  [[nodiscard]] int status() const {
    const auto accepted = accept_upgrade(request);
    return accepted ? 101 : accepted.error().status;
  }
};

TEST_F(Upgrades, AreAcceptedAsTheStandardShows) {
  // 1.3: the key of the example and its answer.
  EXPECT_TRUE(asks_for_websocket(request));
  const auto headers = accept_upgrade(request).value();
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[2].name, "Sec-WebSocket-Accept");
  EXPECT_EQ(headers[2].value, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(Upgrades, EchoTheirSubprotocolOnlyIfItIsOffered) {
  request.headers.push_back({"Sec-WebSocket-Protocol", "other"});
  EXPECT_EQ(accept_upgrade(request)->size(), 3U);
  request.headers.push_back({"Sec-WebSocket-Protocol", "another , hotswap.v1"});
  const auto headers = accept_upgrade(request).value();
  ASSERT_EQ(headers.size(), 4U);
  EXPECT_EQ(headers[3].value, "hotswap.v1");
}

TEST_F(Upgrades, AreNoneWithoutBothHeaders) {
  set(0, "h2c");
  EXPECT_FALSE(asks_for_websocket(request));
  set(0, "h2c, WebSocket");
  EXPECT_TRUE(asks_for_websocket(request));
  set(1, "keep-alive");
  EXPECT_FALSE(asks_for_websocket(request));
  set(1, "upgrade");
  request.method = Method::Post;
  EXPECT_FALSE(asks_for_websocket(request));
}

TEST_F(Upgrades, OfAnotherVersionAreToldWhichOneIsSpoken) {
  for (const auto* version : {"8", "", "013", "13, 8", "14"}) {
    set(2, version);
    EXPECT_EQ(status(), 426) << version;
  }
}

TEST_F(Upgrades, WithABadKeyAreRefused) {
  for (const auto* key : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ",
                          "short==", "dGhlIHNhbXBsZSBub25jZQ!=", "dGhlIHNhbXBsZSBub25jZQ==x",
                          "dGhlIHNhbXBsZSBub-_jZQ==", "dGhlIHNhbXBsZSBub25jZX=="}) {
    set(3, key);
    EXPECT_EQ(status(), 400) << key;
  }
  set(3, "dGhlIHNhbXBsZSBub25jZQ==");
  request.headers.push_back(request.headers[3]);
  EXPECT_EQ(status(), 400) << "two keys";
}

}  // namespace
}  // namespace hotswap::api::testing
