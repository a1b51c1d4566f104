// Streams that became WebSockets: the same frames down, messages up.
#include "testing/client_frames.hpp"
#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

using hotswap::testing::client_close;
using hotswap::testing::client_text;
using hotswap::testing::ClientFrame;
using hotswap::testing::ServerFrame;
using hotswap::testing::take_server_frame;

constexpr std::string_view kUpgrade =
    "Host: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr std::size_t kMoreThanSocketsHold = 24 << 20;

/// A client that has been upgraded.
class Talker : public RawClient {
 public:
  explicit Talker(std::uint16_t port, int receive_buffer = 0) : RawClient(port, receive_buffer) {
    send("GET /talk HTTP/1.1\r\n" + std::string(kUpgrade));
    answer = read_answer(false);
  }
  ServerFrame next() {
    for (;;) {
      if (auto frame = take_server_frame(unread_)) return *frame;
      const auto more = read_some();
      if (more.empty()) {
        ADD_FAILURE() << "the connection ended before a frame";
        return {};
      }
      unread_ += more;
    }
  }
  /// The text of the next frame, which must be one.
  std::string text() {
    const auto frame = next();
    EXPECT_EQ(frame.opcode, 1U);
    EXPECT_TRUE(frame.fin && !frame.masked && frame.reserved == 0);
    return frame.payload;
  }
  bool at_end() { return unread_.empty() && read_some().empty(); }

  Answer answer;

 private:
  std::string unread_;
};

/// Takes messages by a function; what is refused is said as it came.
class Lambda : public MessageTaker {
 public:
  explicit Lambda(std::function<MessageAnswer(std::string_view)> take) : take_(std::move(take)) {}
  MessageAnswer on_message(std::string_view text) override { return take_(text); }
  MessageAnswer on_refused(int status, std::string_view why) override {
    return {frame(std::to_string(status) + " " + std::string(why))};
  }

 private:
  std::function<MessageAnswer(std::string_view)> take_;
};

class WebSockets : public ServerTest {
 protected:
  WebSockets() {
    options.limits.body_bytes = 100'000;
    handler.route("/talk", [this](const Request&) -> Reply {
      StreamStart start;
      start.on_open = [this](std::shared_ptr<EventStream> opened) {
        const std::lock_guard lock(mutex_);
        stream_ = std::move(opened);
      };
      start.on_close = [this] { ++ended_; };
      start.messages = std::make_shared<Lambda>([this](auto text) { return take(text); });
      return start;
    });
  }
  /// Answers `echo …`; is silent to `hush`; closes after `go`; fails at `throw`.
  MessageAnswer take(std::string_view text) {
    {
      const std::lock_guard lock(mutex_);
      heard_ += std::string(text.substr(0, 20)) + ";";
    }
    if (text == "throw") throw std::runtime_error("secret detail");
    if (text == "go") return {frame("gone"), 1008};
    if (text == "hush") return {};
    if (text == "wait") gate_.get_future().wait();
    return {frame("echo " + std::string(text))};
  }
  std::string heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  std::shared_ptr<EventStream> stream() {
    wait_until([&] {
      const std::lock_guard lock(mutex_);
      return stream_ != nullptr;
    });
    return stream_;
  }

  /// Until so many streams are over.
  void wait_for_end(int streams = 1) {
    wait_until([&] { return ended_ == streams; });
  }

  /// Lets fake time run.
  void advance_until_over() {
    wait_until([&] {
      clock.advance(100ms);
      return ended_ > 0;
    });
  }

  std::promise<void> gate_;  ///< lets `wait` go on
  std::atomic<int> ended_ = 0;

 private:
  std::mutex mutex_;
  std::string heard_;
  std::shared_ptr<EventStream> stream_;
};

std::string event(std::string_view data) { return "data: " + std::string(data) + "\n\n"; }

TEST_F(WebSockets, AreAnsweredByTheHandshake) {
  start();
  Talker client(port);
  EXPECT_EQ(client.answer.status, 101);
  for (const auto* field : {"Upgrade: websocket\r\n", "Connection: Upgrade\r\n",
                            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"})
    EXPECT_TRUE(client.answer.has(field)) << client.answer.head;
  for (const auto* field : {"Content-Length", "Transfer-Encoding", "Connection: close",
                            "text/event-stream", "Sec-WebSocket-Extensions"})
    EXPECT_FALSE(client.answer.has(field)) << client.answer.head;
  EXPECT_EQ(handler.told(), "/talk 101 0; ");
}

TEST_F(WebSockets, CarryTheStreamsFramesOneToAMessage) {
  start();
  Talker client(port);
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(stream()->push("", frame(std::to_string(i))));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(client.text(), event(std::to_string(i)));
  for (const std::size_t size : {100U, 1000U, 70'000U}) {
    const std::string data(size, 'd');
    stream()->push("", frame(data));
    EXPECT_EQ(client.text(), event(data));
  }
}

TEST_F(WebSockets, CarryALargeFrameThroughFullSockets) {
  start();
  Talker client(port, 4096);
  const std::string data(kMoreThanSocketsHold, 'b');
  stream()->push("", frame(data));
  stream()->push("", frame("behind"));
  EXPECT_EQ(client.text(), event(data));
  EXPECT_EQ(client.text(), event("behind"));
}

TEST_F(WebSockets, TakeMessagesInOrderAndAnswerThemInOrder) {
  start();
  Talker client(port);
  std::string all;
  for (int i = 0; i < 100; ++i) all += client_text(std::to_string(i));
  client.send(all);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.text(), event("echo " + std::to_string(i)));
}

TEST_F(WebSockets, MayBeSilentToAMessage) {
  start();
  Talker client(port);
  client.send(client_text("hush") + client_text("hush") + client_text("now"));
  EXPECT_EQ(client.text(), event("echo now"));
  EXPECT_EQ(heard(), "hush;hush;now;");
}

TEST_F(WebSockets, UnderstandWhatFollowsTheRequestAtOnce) {
  start();
  RawClient client(port);
  client.send("GET /talk HTTP/1.1\r\n" + std::string(kUpgrade) + client_text("early"));
  client.read_until("data: echo early\n\n");
}

TEST_F(WebSockets, ReadFragmentsAndBytesOneByOne) {
  start();
  Talker client(port);
  for (const char byte : ClientFrame{.payload = "a", .fin = false}.bytes() +
                             ClientFrame{.opcode = 9, .payload = "p"}.bytes() +
                             ClientFrame{.opcode = 0, .payload = "b"}.bytes())
    client.send({&byte, 1});
  const auto pong = client.next();
  EXPECT_EQ(pong.opcode, 10U);
  EXPECT_EQ(pong.payload, "p");
  EXPECT_EQ(client.text(), event("echo ab"));
}

TEST_F(WebSockets, ReadOneMessageAtATime) {
  start();
  Talker client(port);
  client.send(client_text("wait") + client_text("second"));
  wait_until([&] { return heard() == "wait;"; });
  stream()->push("", frame("meanwhile"));
  EXPECT_EQ(client.text(), event("meanwhile"));
  EXPECT_EQ(heard(), "wait;");
  gate_.set_value();
  EXPECT_EQ(client.text(), event("echo wait"));
  EXPECT_EQ(client.text(), event("echo second"));
}

TEST_F(WebSockets, AnswerACloseAndEnd) {
  start();
  Talker client(port);
  client.send(client_close(1000, "bye") + client_text("late"));
  const auto answer = client.next();
  EXPECT_EQ(answer.close_code(), 1000U);
  EXPECT_TRUE(client.at_end());
  wait_for_end();
  EXPECT_EQ(heard(), "");
  wait_until([&] { return server->stats().streams == 0; });
}

TEST_F(WebSockets, EndWithACloseWhenTheStreamIsClosed) {
  start();
  Talker client(port);
  stream()->close("data: last\n\n");
  EXPECT_EQ(client.text(), "data: last\n\n");
  EXPECT_EQ(client.next().close_code(), 1000U);
  EXPECT_TRUE(client.at_end());
  wait_for_end();
  client.send(client_close(1000));
  client.close();
  wait_until([&] { return server->stats().streams == 0; });
}

TEST_F(WebSockets, CloseBehindAnAnswerThatEndsThem) {
  start();
  Talker client(port);
  client.send(client_text("go") + client_text("late"));
  EXPECT_EQ(client.text(), event("gone"));
  EXPECT_EQ(client.next().close_code(), 1008U);
  EXPECT_TRUE(client.at_end());
  wait_for_end();
  EXPECT_EQ(heard(), "go;");
}

TEST_F(WebSockets, WaitForThePeersEndAMomentOnly) {
  start();
  Talker client(port);
  stream()->close();
  EXPECT_EQ(client.next().close_code(), 1000U);
  // It says nothing, and its socket stays open.
  wait_until([&] {
    clock.advance(100ms);
    return server->stats().streams == 0;
  });
}

TEST_F(WebSockets, AnswerAFailureInTheirOwnWords) {
  start();
  Talker client(port);
  client.send(client_text("throw") + client_text("on"));
  EXPECT_EQ(client.text(), event("500 The server failed to take the message."));
  EXPECT_EQ(client.text(), event("echo on"));
  EXPECT_NE(warnings().find("secret detail"), std::string::npos);
}

TEST_F(WebSockets, AreToldWhenThePoolIsFull) {
  options.workers = 1;
  options.limits.worker_queue = 1;
  std::atomic<bool> working = false;
  handler.route("/slow", [&](const Request&) -> Reply {
    working = true;
    gate_.get_future().wait();
    return text("slow");
  });
  start();
  Talker client(port);
  RawClient slow(port);
  slow.get("/slow");
  wait_until([&] { return working.load(); });
  RawClient queued(port);
  queued.get("/queued");
  wait_until([&] { return server->stats().queued == 1; });
  client.send(client_text("too many"));
  EXPECT_EQ(client.text(), event("503 The server is busy; try again."));
  gate_.set_value();
  EXPECT_EQ(slow.read_answer().status, 200);
  EXPECT_EQ(queued.read_answer().status, 200);
  client.send(client_text("again"));
  EXPECT_EQ(client.text(), event("echo again"));
}

TEST_F(WebSockets, WaitForAThreadThatTakesOneMessageAfterTheOther) {
  options.workers = 1;
  options.limits.worker_queue = 1;
  start();
  std::vector<std::unique_ptr<Talker>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Talker>(port));
  clients.front()->send(client_text("wait"));
  wait_until([&] { return heard() == "wait;"; });
  for (int i = 1; i < 5; ++i) clients[static_cast<std::size_t>(i)]->send(client_text("more"));
  gate_.set_value();
  EXPECT_EQ(clients.front()->text(), event("echo wait"));
  for (int i = 1; i < 5; ++i)
    EXPECT_EQ(clients[static_cast<std::size_t>(i)]->text(), event("echo more"));
}

TEST_F(WebSockets, RefuseBadFramesAndHearNothingMore) {
  const std::string too_long(100'001, 'l');
  int refused = 0;
  start();
  for (const auto& [bytes, code] : std::vector<std::pair<std::string, unsigned>>{
           {ClientFrame{.payload = "x", .masked = false}.bytes(), 1002},
           {"GET /other HTTP/1.1\r\nHost: t\r\n\r\n", 1002},
           {ClientFrame{.opcode = 2, .payload = "x"}.bytes(), 1003},
           {client_text("\xFF"), 1007},
           {client_text(too_long), 1009}}) {
    Talker client(port);
    client.send(bytes + client_text("late"));
    EXPECT_EQ(client.next().close_code(), code);
    EXPECT_TRUE(client.at_end());
    wait_for_end(++refused);
    EXPECT_EQ(heard(), "");
  }
}

TEST_F(WebSockets, DoNotWaitForTheRestOfAMessageForEver) {
  start();
  Talker client(port);
  client.send(client_text("never whole").substr(0, 9));
  advance_until_over();
  ServerFrame frame;
  do frame = client.next();
  while (frame.opcode == 1);  // pings
  EXPECT_EQ(frame.close_code(), 1008U);
}

TEST_F(WebSockets, PingAsStreamsDo) {
  start();
  Talker client(port);
  for (int i = 0; i < 3; ++i) {
    clock.advance(16s);
    EXPECT_EQ(client.text(), "event: ping\ndata: {}\n\n");
  }
}

TEST_F(WebSockets, AreSentAwayWhenTheServerDrains) {
  start();
  Talker client(port);
  std::thread drains([&] { server->drain({}); });
  EXPECT_TRUE(client.text().starts_with("event: reconnect\n"));
  EXPECT_EQ(client.next().close_code(), 1001U);
  EXPECT_TRUE(client.at_end());
  client.close();
  drains.join();
}

TEST_F(WebSockets, NoticeThatThePeerIsGone) {
  start();
  Talker client(port);
  const auto opened = stream();
  client.close();
  wait_for_end();
  EXPECT_FALSE(opened->push("k", frame("late")));
}

TEST_F(WebSockets, OfAPeerThatReadsNothingAreNotReadEither) {
  start();
  Talker client(port, 4096);
  stream()->push("big", frame(std::string(kMoreThanSocketsHold, 'b')));
  wait_until([&] { return stream()->waiting() == 0; });
  const std::string chatter = client_text(std::string(1000, 'c'));
  std::thread talks([&] {
    for (int i = 0; i < 20'000; ++i) client.send(chatter);
  });
  advance_until_over();
  client.half_close();
  client.close();
  talks.join();
  EXPECT_LT(heard().size() / 21, 2000U) << "messages that were taken";
}

TEST_F(WebSockets, EndQuietlyWithTheServerWhileMessagesAreUnderway) {
  options.workers = 1;
  start();
  std::vector<std::unique_ptr<Talker>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<Talker>(port));
  clients[0]->send(client_text("wait"));
  wait_until([&] { return heard() == "wait;"; });
  for (const auto& client : clients) client->send(client_text("waits behind it"));
  wait_until([&] { return server->stats().queued > 0; });
  std::thread ends([&] { server.reset(); });
  gate_.set_value();
  ends.join();
  EXPECT_EQ(ended_, 20);
  for (const auto& client : clients) client->read_to_end();
}

TEST_F(WebSockets, AreEventStreamsForWhoDoesNotAsk) {
  start();
  RawClient client(port);
  client.send("GET /talk HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\n\r\n");
  const auto answer = client.read_answer(false);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("text/event-stream"));
  stream()->push("", frame("plain"));
  EXPECT_EQ(client.read_until("\n\n"), event("plain"));
}

TEST_F(WebSockets, AreNotSpokenToHttp10) {
  start();
  RawClient client(port);
  client.send("GET /talk HTTP/1.0\r\n" + std::string(kUpgrade));
  EXPECT_EQ(client.read_answer(false).status, 200);
}

TEST_F(WebSockets, OfStreamsThatTakeNoMessagesStayEventStreams) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.send("GET /stream HTTP/1.1\r\n" + std::string(kUpgrade));
  EXPECT_EQ(client.read_answer(false).status, 200);
}

TEST_F(WebSockets, ThatAreRefusedEndTheConnection) {
  start();
  for (const auto& [version, key, status] : std::vector<std::tuple<std::string, std::string, int>>{
           {"8", "dGhlIHNhbXBsZSBub25jZQ==", 426}, {"13", "no key", 400}}) {
    RawClient client(port);
    client.send(
        "GET /talk HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: " +
        version + "\r\nSec-WebSocket-Key: " + key +
        "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.has("Sec-WebSocket-Version: 13\r\n"), status == 426);
    EXPECT_EQ(client.read_to_end(), "");
  }
  EXPECT_EQ(handler.told().find("smuggled"), std::string::npos);
}

}  // namespace
}  // namespace hotswap::api::testing
