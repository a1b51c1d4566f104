#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

class LongPolls : public ServerTest {
 protected:
  std::future<std::shared_ptr<PendingReply>> poll_route(std::chrono::milliseconds timeout) {
    auto opened = std::make_shared<std::promise<std::shared_ptr<PendingReply>>>();
    auto result = opened->get_future();
    handler.route("/poll", [this, opened, timeout](const Request&) -> Reply {
      return LongPoll{timeout,
                      [opened](std::shared_ptr<PendingReply> reply) { opened->set_value(reply); },
                      [] { return text("nothing new"); }, [this] { closed.set_value(); }};
    });
    return result;
  }
};

TEST_F(LongPolls, AreAnsweredWhenSomethingHappens) {
  auto opened = poll_route(30s);
  start();
  RawClient client(port);
  client.get("/poll");
  const auto reply = opened.get();
  reply->complete(text("news"));
  reply->complete(text("ignored"));
  EXPECT_EQ(client.read_answer().body, "news");
  closed.get_future().wait();
  client.get("/now/next");
  EXPECT_EQ(client.read_answer().body, "now /now/next");
}

TEST_F(LongPolls, AreAnsweredWhenTheTimeIsOver) {
  auto opened = poll_route(30s);
  start();
  RawClient client(port);
  client.get("/poll");
  const auto reply = opened.get();
  auto over = closed.get_future();
  advance_until(over);
  EXPECT_EQ(client.read_answer().body, "nothing new");
  reply->complete(text("late"));
  client.get("/now/next");
  EXPECT_EQ(client.read_answer().body, "now /now/next");
}

TEST_F(LongPolls, AreNeverHeldLongerThanTheBound) {
  auto opened = poll_route(24h);
  start();
  RawClient client(port);
  client.get("/poll");
  opened.get();
  wait_until([&] { return server->stats().long_polls == 1; });
  clock.advance(61s);
  EXPECT_EQ(client.read_answer().body, "nothing new");
}

TEST_F(LongPolls, MayBeAnsweredWhileOpening) {
  handler.route("/at-once", [this](const Request&) -> Reply {
    return LongPoll{30s, [](std::shared_ptr<PendingReply> reply) { reply->complete(text("now")); },
                    [] { return text("never"); }, [this] { closed.set_value(); }};
  });
  start();
  RawClient client(port);
  client.get("/at-once");
  EXPECT_EQ(client.read_answer().body, "now");
  closed.get_future().wait();
}

TEST_F(LongPolls, NoticeThatThePeerIsGone) {
  auto opened = poll_route(30s);
  start();
  RawClient client(port);
  client.get("/poll");
  const auto reply = opened.get();
  client.close();
  closed.get_future().wait();
  reply->complete(text("late"));
  wait_until([&] { return server->stats().connections == 0; });
}

TEST_F(LongPolls, LeaveAPipelinedRequestForLater) {
  auto opened = poll_route(30s);
  start();
  RawClient client(port);
  client.get("/poll");
  const auto reply = opened.get();
  client.get("/now/next");
  reply->complete(text("news"));
  EXPECT_EQ(client.read_answer().body, "news");
  EXPECT_EQ(client.read_answer().body, "now /now/next");
}

TEST_F(LongPolls, OutliveTheServerAsHarmlessHandles) {
  auto opened = poll_route(30s);
  start();
  RawClient client(port);
  client.get("/poll");
  const auto reply = opened.get();
  server.reset();
  closed.get_future().wait();
  reply->complete(text("late"));
}

TEST_F(LongPolls, SurviveAnswerAndDepartureAtTheSameTime) {
  start();
  for (int i = 0; i < 200; ++i) {
    auto opened = std::make_shared<std::promise<std::shared_ptr<PendingReply>>>();
    auto gone = std::make_shared<std::promise<void>>();
    server.reset();
    handler.route("/race", [opened, gone](const Request&) -> Reply {
      return LongPoll{30s, [opened](std::shared_ptr<PendingReply> r) { opened->set_value(r); },
                      [] { return text("none"); }, [gone] { gone->set_value(); }};
    });
    start();
    RawClient client(port);
    client.get("/race");
    const auto reply = opened->get_future().get();
    std::thread answerer([&] { reply->complete(text("news")); });
    client.close();
    answerer.join();
    gone->get_future().wait();
  }
}

}  // namespace
}  // namespace hotswap::api::testing
