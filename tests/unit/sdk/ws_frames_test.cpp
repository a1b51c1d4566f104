#include "ws_frames.hpp"

#include <gtest/gtest.h>

#include "web_socket_peer.hpp"

namespace hotswap::sdk::ws {
namespace {

using testing::raw_frame;
using testing::text_frame;

struct Reading {
  std::vector<Item> items;
  std::optional<Violation> wrong;
};

/// In pieces of `size` bytes.
Reading read(std::string_view bytes, std::size_t size = 1, std::size_t max = 1000) {
  Reading reading;
  FrameReader reader(max);
  while (!bytes.empty() && !reading.wrong) {
    reading.wrong = reader.feed(bytes.substr(0, size), [&](Item&& item) {
      reading.items.push_back(std::move(item));
      return true;
    });
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return reading;
}

CloseCode code_of(std::string_view bytes) {
  const auto reading = read(bytes);
  EXPECT_TRUE(reading.wrong.has_value());
  return reading.wrong ? reading.wrong->code : CloseCode::Normal;
}

TEST(WsFrames, are_written_as_the_examples_of_rfc_6455) {
  EXPECT_EQ(write_frame(Opcode::Text, "Hello", {0x37, 0xfa, 0x21, 0x3d}),
            "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(WsFrames, are_read_as_the_examples_of_rfc_6455_in_pieces_of_any_size) {
  const std::string bytes =
      std::string("\x81\x05Hello\x01\x03Hel\x89\x05Hello\x80\x02lo", 2 + 5 + 5 + 7 + 4);
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const auto reading = read(bytes, size);
    ASSERT_FALSE(reading.wrong) << reading.wrong->what;
    ASSERT_EQ(reading.items.size(), 3U) << size;
    EXPECT_EQ(reading.items[0].payload, "Hello");
    EXPECT_EQ(reading.items[1].opcode, Opcode::Ping);
    EXPECT_EQ(reading.items[2].opcode, Opcode::Text);
    EXPECT_EQ(reading.items[2].payload, "Hello");
  }
}

TEST(WsFrames, have_every_length) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 70000U}) {
    const std::string text(size, 'x');
    const auto reading = read(text_frame(text), 4096, 70000);
    ASSERT_EQ(reading.items.size(), 1U) << size;
    EXPECT_EQ(reading.items[0].payload, text);
    const auto own = write_frame(Opcode::Text, text, {0, 0, 0, 0});
    EXPECT_TRUE(own.ends_with(text));
    EXPECT_EQ(own.size(), size + 6 + (size > 65535 ? 8 : size > 125 ? 2 : 0));
  }
}

TEST(WsFrames, that_break_the_rules_are_refused_with_the_code_of_the_rule) {
  EXPECT_EQ(code_of(write_frame(Opcode::Text, "x", {1, 2, 3, 4})), CloseCode::Protocol);
  EXPECT_EQ(code_of(raw_frame(0xC1, "x")), CloseCode::Protocol) << "a reserved bit";
  EXPECT_EQ(code_of(raw_frame(0x83, "x")), CloseCode::Protocol) << "an unknown opcode";
  EXPECT_EQ(code_of(raw_frame(0x80, "x")), CloseCode::Protocol) << "nothing to continue";
  EXPECT_EQ(code_of(raw_frame(0x01, "x") + text_frame("y")), CloseCode::Protocol) << "no end";
  EXPECT_EQ(code_of(raw_frame(0x09, "x")), CloseCode::Protocol) << "a ping in fragments";
  EXPECT_EQ(code_of(raw_frame(0x89, std::string(126, 'x'))), CloseCode::Protocol);
  EXPECT_EQ(code_of(std::string("\x81\x7e\x00\x05hello", 9)), CloseCode::Protocol) << "too long";
  EXPECT_EQ(code_of(raw_frame(0x82, "x")), CloseCode::Unsupported);
  EXPECT_EQ(code_of(text_frame("\xc3")), CloseCode::NotText);
  EXPECT_EQ(code_of(raw_frame(0x88, "\x03")), CloseCode::Protocol) << "half a code";
  EXPECT_EQ(code_of(raw_frame(0x88, "\x03\xed")), CloseCode::Protocol) << "1005 is never said";
  EXPECT_EQ(code_of(raw_frame(0x88, "\x03\xe8\xff")), CloseCode::NotText);
}

TEST(WsFrames, beyond_the_limit_are_refused_by_their_head_alone) {
  EXPECT_EQ(read(text_frame(std::string(1000, 'x'))).items.size(), 1U);
  EXPECT_EQ(code_of(text_frame(std::string(1001, 'x')).substr(0, 4)), CloseCode::TooLarge);
  EXPECT_EQ(code_of(raw_frame(0x01, std::string(600, 'x')) +
                    raw_frame(0x80, std::string(401, 'x')).substr(0, 4)),
            CloseCode::TooLarge);
  EXPECT_EQ(code_of(std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10)),
            CloseCode::TooLarge);
}

TEST(WsFrames, a_text_may_be_split_within_a_character) {
  const auto reading = read(raw_frame(0x01, "\xc3") + raw_frame(0x80, "\xa9"));
  ASSERT_EQ(reading.items.size(), 1U);
  EXPECT_EQ(reading.items[0].payload, "\xc3\xa9");
}

TEST(WsFrames, after_a_close_nothing_counts) {
  const auto reading = read(testing::close_frame(CloseCode::GoingAway) + text_frame("x"));
  ASSERT_EQ(reading.items.size(), 1U);
  EXPECT_EQ(read_closing(reading.items[0].payload).code, 1001);
  EXPECT_EQ(read_closing("").code, 1005);
}

TEST(WsFrames, a_sink_that_has_enough_gets_no_more) {
  FrameReader reader(100);
  int items = 0;
  const auto bytes = text_frame("a") + text_frame("b");
  EXPECT_FALSE(reader.feed(bytes, [&](Item&&) { return ++items > 1; }));
  EXPECT_EQ(items, 1);
}

}  // namespace
}  // namespace hotswap::sdk::ws
