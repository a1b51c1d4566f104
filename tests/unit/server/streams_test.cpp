#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

constexpr std::size_t kMoreThanSocketsHold = 24 << 20;

class Streams : public ServerTest {
 protected:
  int count(std::string_view text, std::string_view mark) {
    int found = 0;
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) ++found;
    return found;
  }
};

TEST_F(Streams, CarryFramesInOrder) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  const auto stream = opened.get();
  for (int i = 0; i < 300; ++i) EXPECT_TRUE(stream->push("", frame(std::to_string(i))));
  stream->close("data: end\n\n");
  EXPECT_FALSE(stream->is_open());
  EXPECT_FALSE(stream->push("", frame("late")));
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("Content-Type: text/event-stream\r\n"));
  EXPECT_TRUE(answer.has("X-Kind: stream\r\n"));
  std::string expected;
  for (int i = 0; i < 300; ++i) expected += *frame(std::to_string(i));
  EXPECT_EQ(client.read_to_end(), expected + "data: end\n\n");
  closed.get_future().wait();
}

TEST_F(Streams, GiveASlowReaderTheNewestOfEachKeyOnly) {
  auto opened = stream_route();
  start();
  RawClient client(port, 4096);
  client.get("/stream");
  const auto stream = opened.get();
  stream->push("big", frame(std::string(kMoreThanSocketsHold, 'b')));
  for (int i = 1; i <= 1000; ++i) {
    stream->push("a", frame("a" + std::to_string(i) + "."));
    stream->push("c", frame("c" + std::to_string(i) + "."));
  }
  stream->close();
  const auto all = client.read_to_end();
  EXPECT_NE(all.find("data: a1000."), std::string::npos);
  EXPECT_NE(all.find("data: c1000."), std::string::npos);
  // One may have left together with the big frame, before the reader fell behind.
  EXPECT_LE(count(all, "data: a"), 2);
  EXPECT_LE(count(all, "data: c"), 2);
}

TEST_F(Streams, CloseWhenAFeedReaderFallsTooFarBehind) {
  options.limits.stream_queue = 8;
  auto opened = stream_route();
  start();
  RawClient client(port, 4096);
  client.get("/stream");
  const auto stream = opened.get();
  stream->push("", frame(std::string(kMoreThanSocketsHold, 'b')));
  bool accepted = true;
  for (int i = 0; i < 1000 && accepted; ++i) accepted = stream->push("", frame("entry"));
  EXPECT_FALSE(accepted);
  EXPECT_FALSE(stream->is_open());
  client.read_to_end();
  closed.get_future().wait();
}

TEST_F(Streams, AreCutWhenTheReaderReadsNothing) {
  auto opened = stream_route();
  start();
  RawClient client(port, 4096);
  client.get("/stream");
  const auto stream = opened.get();
  stream->push("", frame(std::string(kMoreThanSocketsHold, 'b')));
  auto over = closed.get_future();
  advance_until(over);
  EXPECT_FALSE(stream->is_open());
  wait_until([&] { return server->stats().streams == 0; });
}

TEST_F(Streams, NoticeThatThePeerIsGone) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  const auto stream = opened.get();
  client.read_answer();
  EXPECT_EQ(server->stats().streams, 1U);
  client.close();
  closed.get_future().wait();
  EXPECT_FALSE(stream->push("k", frame("late")));
}

TEST_F(Streams, IgnoreWhatThePeerSays) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  client.read_answer();
  client.send(std::string(100000, 'n'));
  opened.get()->push("k", frame("still here"));
  EXPECT_EQ(client.read_until("\n\n"), "data: still here\n\n");
}

TEST_F(Streams, PingWhenNothingHappens) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  client.read_answer();
  for (int i = 0; i < 3; ++i) {
    clock.advance(16s);
    EXPECT_EQ(client.read_until("\n\n"), "event: ping\ndata: {}\n\n");
  }
}

TEST_F(Streams, MayBeClosedWhileOpening) {
  handler.route("/brief", [this](const Request&) -> Reply {
    return StreamStart{{},
                       [](std::shared_ptr<EventStream> stream) {
                         stream->push("k", frame("only"));
                         stream->close();
                       },
                       [this] { closed.set_value(); }};
  });
  start();
  RawClient client(port);
  client.get("/brief");
  EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\ndata: only\n\n"));
  closed.get_future().wait();
}

TEST_F(Streams, AnswerHeadWithTheHeadOnly) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.send("HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(client.read_answer(false).has("text/event-stream"));
  client.get("/now/x");
  EXPECT_EQ(client.read_answer().body, "now /now/x");
}

TEST_F(Streams, OutliveTheServerAsHarmlessHandles) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  const auto stream = opened.get();
  server.reset();
  closed.get_future().wait();
  EXPECT_FALSE(stream->push("k", frame("late")));
  stream->close();
  client.read_to_end();
}

TEST_F(Streams, TakePushesFromManyThreads) {
  options.io_threads = 2;
  std::mutex mutex;
  std::vector<std::shared_ptr<EventStream>> streams;
  handler.route("/many", [&](const Request&) -> Reply {
    return StreamStart{{},
                       [&](std::shared_ptr<EventStream> stream) {
                         const std::lock_guard lock(mutex);
                         streams.push_back(std::move(stream));
                       },
                       [] {}};
  });
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->get("/many");
    clients.back()->read_answer();
  }
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < 100; ++i) {
        for (const auto& stream : streams)
          stream->push(std::to_string(w), frame(std::to_string(i)));
      }
    });
  }
  for (auto& writer : writers) writer.join();
  for (const auto& stream : streams) stream->close("data: end\n\n");
  for (auto& client : clients) {
    const auto all = client->read_to_end();
    EXPECT_EQ(count(all, "data: 99\n\n"), 4);
    EXPECT_TRUE(all.ends_with("data: end\n\n"));
  }
}

}  // namespace
}  // namespace hotswap::api::testing
