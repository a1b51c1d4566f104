// The handler is told once of every request that was answered, whoever answered it.
#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

using AnsweredRequests = ServerTest;

TEST_F(AnsweredRequests, AreToldWhereverTheyWereAnswered) {
  handler.route("/pool", [](const Request&) -> Reply { return text("12345", 201); });
  handler.route("/throws", [](const Request&) -> Reply { throw std::runtime_error("x"); });
  start();
  RawClient client(port);
  client.get("/now/a");
  EXPECT_EQ(client.read_answer().status, 200);
  client.get("/pool");
  EXPECT_EQ(client.read_answer().status, 201);
  client.get("/throws");
  const auto failed = client.read_answer();
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(handler.told(),
            "/now/a 200 10; /pool 201 5; /throws 500 " + std::to_string(failed.body.size()) + "; ");
  wait_until([&] { return server->stats().in_flight == 0; });
}

TEST_F(AnsweredRequests, CountAsInFlightUntilThen) {
  std::promise<void> go;
  auto wait = go.get_future().share();
  handler.route("/slow", [wait](const Request&) -> Reply {
    wait.wait();
    return text("done");
  });
  start();
  RawClient client(port);
  client.get("/slow");
  wait_until([&] { return server->stats().in_flight == 1; });
  EXPECT_EQ(handler.told(), "");
  go.set_value();
  EXPECT_EQ(client.read_answer().body, "done");
  EXPECT_EQ(handler.told(), "/slow 200 4; ");
  wait_until([&] { return server->stats().in_flight == 0; });
}

TEST_F(AnsweredRequests, AreToldOfAStreamWhenItOpens) {
  auto opened = stream_route();
  start();
  RawClient client(port);
  client.get("/stream");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(handler.told(), "/stream 200 0; ");
  wait_until([&] { return server->stats().in_flight == 0; });
  client.close();
  closed.get_future().wait();
  EXPECT_EQ(handler.told(), "/stream 200 0; ") << "not again at its end";
}

TEST_F(AnsweredRequests, SayThatTheyWereHeld) {
  handler.route("/poll", [this](const Request&) -> Reply {
    return LongPoll{5s, {}, [] { return text("nothing"); }, [this] { closed.set_value(); }};
  });
  start();
  RawClient client(port);
  client.get("/poll");
  wait_until([&] { return server->stats().long_polls == 1; });
  clock.advance(7s);
  EXPECT_EQ(client.read_answer().body, "nothing");
  EXPECT_EQ(handler.told(), "/poll 200 7 held after 7 s; ");
}

TEST_F(AnsweredRequests, IncludeThoseThatFoundTheServerBusy) {
  options.workers = 1;
  options.limits.worker_queue = 1;
  std::promise<void> go;
  auto wait = go.get_future().share();
  handler.route("/slow", [wait](const Request&) -> Reply {
    wait.wait();
    return text("done");
  });
  start();
  RawClient working(port), waiting(port), late(port);
  working.get("/slow");
  wait_until([&] { return server->stats().in_flight == 1 && server->stats().queued == 0; });
  waiting.get("/slow");
  wait_until([&] { return server->stats().queued == 1; });
  late.get("/late");
  const auto busy = late.read_answer();
  EXPECT_EQ(busy.status, 503);
  EXPECT_TRUE(handler.told().starts_with("/late 503 ")) << handler.told();
  go.set_value();
}

}  // namespace
}  // namespace hotswap::api::testing
