#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

class Drain : public ServerTest {};

TEST_F(Drain, TellsStreamsToReconnectSpreadOverTime) {
  handler.route("/stream",
                [](const Request&) -> Reply { return StreamStart{{}, nullptr, nullptr}; });
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->get("/stream");
    clients.back()->read_answer();
  }
  server->drain({.jitter = 1000ms});
  std::map<int, int> delays;
  for (auto& client : clients) {
    const auto all = client->read_to_end();
    static constexpr std::string_view kStart = "event: reconnect\ndata: {\"afterMs\":";
    ASSERT_TRUE(all.starts_with(kStart)) << all;
    const auto delay = std::stoi(all.substr(kStart.size()));
    EXPECT_GE(delay, 0);
    EXPECT_LT(delay, 1000);
    ++delays[delay];
  }
  EXPECT_GT(delays.size(), 10U);
}

TEST_F(Drain, StreamsThatMayStayAreServedUntilTheyLeave) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  const auto stream = opened.get();
  auto drained = std::async(std::launch::async, [&] {
    server->drain({.jitter = 1ms, .linger = 5s, .to = {"http://b:1", "http://c:1"}});
  });
  client.read_until(R"({"afterMs":0,"to":["http://b:1","http://c:1"]})"
                    "\n\n");
  EXPECT_TRUE(stream->push("", frame("still served")));
  client.read_until("still served");
  EXPECT_TRUE(stream->is_open());
  client.close();
  drained.get();
}

TEST_F(Drain, StreamsThatStayTooLongAreClosed) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  opened.get();
  auto drained =
      std::async(std::launch::async, [&] { server->drain({.jitter = 1ms, .linger = 3s}); });
  client.read_until("{\"afterMs\":0}\n\n");
  advance_until(drained);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Drain, FinishesRequestsInFlightAndClosesIdleConnections) {
  std::promise<void> release;
  std::promise<void> busy;
  handler.route("/block", [&](const Request&) -> Reply {
    busy.set_value();
    release.get_future().wait();
    return text("done");
  });
  start();
  RawClient idle(port);
  idle.get("/now/x");
  idle.read_answer();
  RawClient working(port);
  working.get("/block");
  busy.get_future().wait();
  RawClient sending(port);
  sending.send("PUT /up HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  sending.read_until("\r\n\r\n");
  std::thread drainer([&] { server->drain({.jitter = 1000ms}); });
  EXPECT_EQ(idle.read_to_end(), "");
  release.set_value();
  const auto answer = working.read_answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_TRUE(answer.has("Connection: close"));
  sending.send("abcd");
  EXPECT_EQ(sending.read_answer().body, "PUT /up? abcd");
  drainer.join();
}

TEST_F(Drain, AnswersHeldRequests) {
  std::promise<void> opened;
  handler.route("/poll", [&](const Request&) -> Reply {
    return LongPoll{30s, [&](auto) { opened.set_value(); }, [] { return text("nothing new"); },
                    nullptr};
  });
  start();
  RawClient client(port);
  client.get("/poll");
  opened.get_future().wait();
  server->drain({.jitter = 1000ms});
  EXPECT_EQ(client.read_answer().body, "nothing new");
}

TEST_F(Drain, RefusesNewConnections) {
  start();
  server->drain({.jitter = 1000ms});
  EXPECT_FALSE(RawClient(port).connected());
  server->drain({.jitter = 1000ms});  // a second time changes nothing
}

TEST_F(Drain, GivesUpOnThoseWhoNeverFinish) {
  auto opened = stream_route();
  start();
  RawClient client(port, 4096);
  client.get("/stream");
  opened.get()->push("", frame(std::string(24 << 20, 'b')));
  auto drained = std::async(std::launch::async, [&] { server->drain({.jitter = 1000ms}); });
  advance_until(drained);
  closed.get_future().wait();
  EXPECT_EQ(server->stats().connections, 0U);
}

TEST_F(Drain, IsNotNeededToStop) {
  std::promise<void> busy;
  handler.route("/slow", [&](const Request&) -> Reply {
    busy.set_value();
    return text("slow");
  });
  start();
  RawClient client(port);
  client.get("/slow");
  busy.get_future().wait();
  RawClient half(port);
  half.send("GET / HT");
  server.reset();
  half.read_to_end();
}

}  // namespace
}  // namespace hotswap::api::testing
