#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

class Requests : public ServerTest {};

TEST_F(Requests, ReachTheHandlerWithTheirParts) {
  std::promise<Request> seen;
  handler.route("/a%20b", [&](const Request& request) -> Reply {
    seen.set_value(request);
    return text("ok");
  });
  start();
  RawClient client(port);
  client.send(
      "POST /a%20b?x=1&y HTTP/1.1\r\nHost: t\r\nX-Thing:  v w \r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(client.read_answer().body, "ok");
  const auto request = seen.get_future().get();
  EXPECT_EQ(request.method, Method::Post);
  EXPECT_EQ(request.target, "/a%20b?x=1&y");
  EXPECT_EQ(request.path, "/a%20b");
  EXPECT_EQ(request.query, "x=1&y");
  EXPECT_EQ(request.header("x-thing"), "v w");
  EXPECT_EQ(request.header("absent"), "");
  EXPECT_EQ(request.body, "abc");
  EXPECT_TRUE(request.peer.starts_with("127.0.0.1:")) << request.peer;
  EXPECT_FALSE(request.tls);
}

TEST_F(Requests, AreAnsweredOnTheIoThreadIfTheHandlerCan) {
  start();
  RawClient client(port);
  client.get("/now/x");
  EXPECT_EQ(client.read_answer().body, "now /now/x");
}

TEST_F(Requests, ShareAConnectionOneAfterTheOther) {
  start();
  RawClient client(port);
  for (int i = 0; i < 100; ++i) {
    const auto path = (i % 2 == 0 ? "/now/" : "/pool/") + std::to_string(i);
    client.get(path);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.body.find(path), std::string::npos);
    EXPECT_FALSE(answer.has("Connection: close"));
  }
  EXPECT_EQ(server->stats().requests, 100U);
  EXPECT_EQ(server->stats().connections, 1U);
}

TEST_F(Requests, SentAtOnceAreAnsweredInOrder) {
  start();
  RawClient client(port);
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const auto path = (i % 3 == 0 ? "/now/" : "/pool/") + std::to_string(i);
    all += "POST " + path + " HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nbody";
  }
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    EXPECT_NE(client.read_answer().body.find("/" + std::to_string(i)), std::string::npos) << i;
  }
}

TEST_F(Requests, ArrivingByteByByteAreUnderstood) {
  start();
  RawClient client(port);
  for (const char c :
       std::string("POST /slow HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n")) {
    client.send({&c, 1});
  }
  EXPECT_EQ(client.read_answer().body, "POST /slow? abc0123456789");
  client.get("/next");
  EXPECT_EQ(client.read_answer().body, "GET /next? ");
}

TEST_F(Requests, ForHeadGetTheLengthButNoBody) {
  start();
  RawClient client(port);
  client.send("HEAD /now/x HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto answer = client.read_answer(false);
  EXPECT_TRUE(answer.has("Content-Length: 10\r\n")) << answer.head;
  client.get("/now/y");
  EXPECT_EQ(client.read_answer().body, "now /now/y");
}

TEST_F(Requests, AnsweredWithoutContentCarryNoLength) {
  handler.route("/304", [](const Request&) -> Reply { return text("ignored", 304); });
  handler.route("/204", [](const Request&) -> Reply { return Response{204, {}, "", nullptr}; });
  start();
  RawClient client(port);
  for (const auto* path : {"/304", "/204", "/304"}) {
    client.get(path);
    const auto answer = client.read_answer();
    EXPECT_FALSE(answer.has("Content-Length")) << answer.head;
  }
}

TEST_F(Requests, ExpectingContinueAreToldToGoOn) {
  start();
  RawClient client(port);
  client.send("PUT /c HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_EQ(client.read_answer().body, "PUT /c? hi");
}

TEST_F(Requests, AskingToCloseAreClosed) {
  start();
  RawClient client(port);
  client.send("GET /now/x HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.read_to_end().find("Connection: close"), std::string::npos);
  RawClient old(port);
  old.send("GET /now/x HTTP/1.0\r\n\r\n");
  EXPECT_NE(old.read_to_end().find("now /now/x"), std::string::npos);
  RawClient keeping(port);
  keeping.send("GET /now/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(keeping.read_answer().has("Connection: keep-alive"));
}

TEST_F(Requests, WhoseClientHalfClosesAreStillAnswered) {
  start();
  RawClient client(port);
  client.get("/pool");
  client.half_close();
  EXPECT_NE(client.read_to_end().find("GET /pool?"), std::string::npos);
}

TEST_F(Requests, InAbsoluteFormLoseSchemeAndHost) {
  start();
  RawClient client(port);
  client.get("http://t:80/abs?q");
  EXPECT_EQ(client.read_answer().body, "GET /abs?q ");
}

TEST_F(Requests, GetAnIdUnlessTheyBringASaneOne) {
  start();
  RawClient client(port);
  client.send("GET /now/x HTTP/1.1\r\nHost: t\r\nX-Request-Id: abc-1.2_Z\r\n\r\n");
  EXPECT_TRUE(client.read_answer().has("X-Request-Id: abc-1.2_Z\r\n"));
  client.send("GET /now/x HTTP/1.1\r\nHost: t\r\nX-Request-Id: <script>\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_TRUE(answer.has("X-Request-Id: "));
  EXPECT_FALSE(answer.has("script"));
}

TEST_F(Requests, WhoseHandlerThrowsGet500WithoutTheReason) {
  handler.route("/throw",
                [](const Request&) -> Reply { throw std::runtime_error("secret detail"); });
  handler.route("/open", [](const Request&) -> Reply {
    return StreamStart{{}, [](auto) { throw std::runtime_error("secret detail"); }, [] {}};
  });
  start();
  RawClient client(port);
  for (const auto* path : {"/throw", "/now/throw", "/open"}) {
    client.get(path);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  }
  EXPECT_NE(warnings().find("secret detail"), std::string::npos);
}

TEST_F(Requests, GetLargeAnswersWhole) {
  const auto large = std::make_shared<const std::string>(std::string(24 << 20, 'z'));
  handler.route("/large", [&](const Request&) -> Reply { return Response{200, {}, "a/b", large}; });
  start();
  RawClient client(port, 4096);
  client.get("/large");
  client.get("/now/after");
  EXPECT_EQ(client.read_answer().body.size(), large->size());
  EXPECT_EQ(client.read_answer().body, "now /now/after");
}

TEST_F(Requests, OnManyConnectionsAndThreadsDoNotMix) {
  options.io_threads = 3;
  options.workers = 4;
  start();
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([this, c] {
      RawClient client(port);
      for (int i = 0; i < 100; ++i) {
        const auto path = (i % 2 == 0 ? "/now/" : "/p/") + std::to_string(c * 1000 + i);
        client.get(path);
        EXPECT_NE(client.read_answer().body.find(path), std::string::npos);
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(server->stats().requests, 800U);
}

TEST_F(Requests, CannotBeServedOnABadAddressOrATakenPort) {
  start();
  ServerOptions other;
  other.address = "not-an-address";
  EXPECT_EQ(HttpServer(other, handler, clock, random).start().error().reason, "server.address");
  other.address = "127.0.0.1";
  other.port = port;
  EXPECT_EQ(HttpServer(other, handler, clock, random).start().error().reason, "server.bind");
}

}  // namespace
}  // namespace hotswap::api::testing
