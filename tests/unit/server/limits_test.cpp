#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

class Limits : public ServerTest {};

TEST_F(Limits, RefuseALargeBodyByItsLengthBeforeReadingIt) {
  options.limits.body_bytes = 1000;
  start();
  RawClient client(port);
  client.send("PUT /x HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
  RawClient allowed(port);
  allowed.send("PUT /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n" +
               std::string(1000, 'b'));
  EXPECT_EQ(allowed.read_answer().status, 200);
}

TEST_F(Limits, LetAClientSeeTheRefusalThatSendsItsLargeBodyAnyway) {
  start();
  RawClient client(port);
  client.send("PUT /x HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n" +
              std::string(3000000, 'b'));
  client.half_close();
  EXPECT_EQ(client.read_to_end().substr(0, 12), "HTTP/1.1 413");
}

TEST_F(Limits, RefuseALargeChunkedBody) {
  options.limits.body_bytes = 1000;
  start();
  RawClient client(port);
  client.send("PUT /x HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 11; ++i) client.send("64\r\n" + std::string(100, 'c') + "\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(Limits, RefuseLargeHeads) {
  start();
  RawClient fields(port);
  fields.send("GET / HTTP/1.1\r\nHost: t\r\nA: " + std::string(20000, 'a') + "\r\n\r\n");
  EXPECT_EQ(fields.read_answer().status, 431);
  RawClient unfinished(port);
  unfinished.send("GET / HTTP/1.1\r\n" + std::string(16 << 10, 'a'));
  EXPECT_EQ(unfinished.read_answer().status, 431);
}

TEST_F(Limits, RefuseLongTargets) {
  start();
  for (const std::size_t length : {std::size_t{8} << 10, std::size_t{100000}}) {
    RawClient client(port);
    client.get("/" + std::string(length, 'u'));
    EXPECT_EQ(client.read_answer().status, 414) << length;
  }
  RawClient allowed(port);
  allowed.get("/now/" + std::string(8000, 'u'));
  EXPECT_EQ(allowed.read_answer().status, 200);
}

TEST_F(Limits, CutAClientThatDawdlesOverItsHead) {
  start();
  RawClient client(port);
  client.send("GET / HTTP/1.1\r\nHo");
  const auto all = client.read_to_end([this] { clock.advance(1s); });
  EXPECT_EQ(all.substr(0, 12), "HTTP/1.1 408");
}

TEST_F(Limits, CutAClientThatDawdlesOverItsBody) {
  start();
  RawClient client(port);
  client.send("PUT / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf");
  const auto all = client.read_to_end([this] { clock.advance(1s); });
  EXPECT_EQ(all.substr(0, 12), "HTTP/1.1 408");
}

TEST_F(Limits, CloseSilentConnections) {
  start();
  RawClient never_spoke(port);
  RawClient idle(port);
  idle.get("/now/x");
  EXPECT_EQ(idle.read_answer().status, 200);
  EXPECT_EQ(never_spoke.read_to_end([this] { clock.advance(1s); }), "");
  EXPECT_EQ(idle.read_to_end([this] { clock.advance(1s); }), "");
}

TEST_F(Limits, CutAClientThatDoesNotReadItsAnswer) {
  const auto large = std::make_shared<const std::string>(std::string(24 << 20, 'z'));
  handler.route("/large", [&](const Request&) -> Reply { return Response{200, {}, "a/b", large}; });
  start();
  RawClient client(port, 4096);
  client.get("/large");
  wait_until([&] { return server->stats().requests == 1; });
  while (server->stats().connections > 0) {
    clock.advance(1s);
    std::this_thread::yield();
  }
}

TEST_F(Limits, AnswerAFullPoolAtOnce) {
  options.workers = 1;
  options.limits.worker_queue = 1;
  std::promise<void> release;
  auto released = release.get_future().share();
  std::promise<void> busy;
  handler.route("/block", [&](const Request&) -> Reply {
    busy.set_value();
    released.wait();
    return text("done");
  });
  start();
  RawClient running(port);
  running.get("/block");
  busy.get_future().wait();
  RawClient waiting(port);
  waiting.get("/wait");
  wait_until([&] { return server->stats().queued == 1; });
  RawClient refused(port);
  refused.get("/third");
  const auto answer = refused.read_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("Retry-After: 1\r\n"));
  EXPECT_FALSE(answer.has("Connection: close"));
  refused.get("/now/still");
  EXPECT_EQ(refused.read_answer().status, 200);
  release.set_value();
  EXPECT_EQ(running.read_answer().body, "done");
  EXPECT_EQ(waiting.read_answer().status, 200);
  EXPECT_EQ(server->stats().refused, 1U);
}

TEST_F(Limits, TurnAwayConnectionsAboveTheBound) {
  options.limits.connections = 2;
  start();
  RawClient first(port);
  RawClient second(port);
  for (auto* client : {&first, &second}) {
    client->get("/now/x");
    EXPECT_EQ(client->read_answer().status, 200);
  }
  RawClient third(port);
  EXPECT_EQ(third.read_to_end().substr(0, 12), "HTTP/1.1 503");
  first.close();
  wait_until([&] { return server->stats().connections == 1; });
  RawClient fourth(port);
  fourth.get("/now/x");
  EXPECT_EQ(fourth.read_answer().status, 200);
  EXPECT_NE(warnings().find("connection limit"), std::string::npos);
}

TEST_F(Limits, TurnAwayAnAddressThatHasTooManyConnections) {
  options.limits.address_connections = 2;
  std::atomic<bool> counted{true};
  options.counts_address = [&](const std::string&) { return counted.load(); };
  start();
  {
    RawClient first(port);
    RawClient second(port);
    for (auto* client : {&first, &second}) {
      client->get("/now/x");
      EXPECT_EQ(client->read_answer().status, 200);
    }
    RawClient third(port);
    EXPECT_EQ(third.read_to_end().substr(0, 12), "HTTP/1.1 503");
    counted = false;  // as a proxy's are
    RawClient fourth(port);
    fourth.get("/now/x");
    EXPECT_EQ(fourth.read_answer().status, 200);
    counted = true;
  }
  wait_until([&] { return server->stats().connections == 0; });
  RawClient fifth(port);
  fifth.get("/now/x");
  EXPECT_EQ(fifth.read_answer().status, 200);
  EXPECT_NE(warnings().find("too many connections: turning away 127.0.0.1"), std::string::npos);
}

}  // namespace
}  // namespace hotswap::api::testing
