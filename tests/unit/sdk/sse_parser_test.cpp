#include "sse_parser.hpp"

#include <gtest/gtest.h>

namespace hotswap::sdk {
namespace {

struct Run {
  std::vector<SseFrame> frames;
  SseParser::Outcome outcome = SseParser::Outcome::More;
};

Run feed(std::string_view bytes, std::size_t piece, std::size_t limit = 1000) {
  Run run;
  SseParser parser(limit);
  const auto sink = [&](const SseFrame& frame) {
    run.frames.push_back(frame);
    return frame.event != "stop";
  };
  while (!bytes.empty() && run.outcome == SseParser::Outcome::More) {
    run.outcome = parser.feed(bytes.substr(0, piece), sink);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return run;
}

constexpr std::string_view kTwo =
    "\xEF\xBB\xBF: hello\r\nevent: config\r\nid: 7\r\ndata: {\"a\":1}\r\n\r\n"
    "event:ping\ndata:{}\n\nevent: half\ndata: 1\n";

TEST(SseParser, readsTheSameEventsHoweverTheBytesAreSplit) {
  for (std::size_t piece = 1; piece <= kTwo.size(); ++piece) {
    const auto run = feed(kTwo, piece);
    ASSERT_EQ(run.frames.size(), 2U) << piece;
    EXPECT_EQ(run.frames[0].event, "config");
    EXPECT_EQ(run.frames[0].id, "7");
    EXPECT_EQ(run.frames[0].data, "{\"a\":1}");
    EXPECT_EQ(run.frames[1].event, "ping");
  }
}

TEST(SseParser, acceptsLoneCarriageReturnsAsLineEnds) {
  const auto run = feed("event: a\rdata: 1\r\revent: b\rdata: 2\r\r", 3);
  ASSERT_EQ(run.frames.size(), 2U);
  EXPECT_EQ(run.frames[1].data, "2");
}

TEST(SseParser, joinsDataLinesAndNamesUnnamedEventsMessage) {
  const auto run = feed("data: one\ndata:\ndata:  two\nretry: 5\nunknown\n\n", 4);
  ASSERT_EQ(run.frames.size(), 1U);
  EXPECT_EQ(run.frames[0].data, "one\n\n two");
  EXPECT_EQ(run.frames[0].event, "message");
}

TEST(SseParser, dropsAnEventWithoutDataWithItsName) {
  const auto run = feed("event: lost\n\ndata: x\n\n", 1);
  ASSERT_EQ(run.frames.size(), 1U);
  EXPECT_EQ(run.frames[0].event, "message");
}

TEST(SseParser, stopsWhenTheReaderWantsNoMore) {
  const auto run = feed("event: stop\ndata: 1\n\ndata: 2\n\n", 100);
  EXPECT_EQ(run.outcome, SseParser::Outcome::Stopped);
  EXPECT_EQ(run.frames.size(), 1U);
}

TEST(SseParser, refusesALineBeyondItsLimit) {
  EXPECT_EQ(feed("data: " + std::string(2000, 'x'), 10).outcome, SseParser::Outcome::TooLarge);
}

TEST(SseParser, refusesManyLinesOfOneEventBeyondItsLimit) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "data: 0123456789\n";
  EXPECT_EQ(feed(text, 7).outcome, SseParser::Outcome::TooLarge);
}

TEST(SseParser, countsTheLimitPerEventAndNotPerStream) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "data: 0123456789\n\n";
  EXPECT_EQ(feed(text, 7).frames.size(), 200U);
}

}  // namespace
}  // namespace hotswap::sdk
