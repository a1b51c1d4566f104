#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

using Ready = std::move_only_function<void()>;

class Laters : public ServerTest {
 protected:
  /// What begin() was given, once it was.
  std::future<Ready> later_route(std::string body) {
    auto begun = std::make_shared<std::promise<Ready>>();
    auto result = begun->get_future();
    handler.route("/later", [this, begun, body](const Request&) -> Reply {
      return Later{[begun](Ready ready) { begun->set_value(std::move(ready)); },
                   [this, body]() -> Result<Response> {
                     ended = true;
                     return text(body);
                   }};
    });
    return result;
  }
  std::atomic<bool> ended = false;
};

TEST_F(Laters, AreAnsweredWhenTheyAreReady) {
  auto begun = later_route("done");
  start();
  RawClient client(port);
  client.get("/later");
  auto ready = begun.get();
  EXPECT_FALSE(ended);
  ready();
  EXPECT_EQ(client.read_answer().body, "done");
  client.get("/now/next");
  EXPECT_EQ(client.read_answer().body, "now /now/next");
}

TEST_F(Laters, MayBeReadyAtOnce) {
  handler.route("/at-once", [](const Request&) -> Reply {
    return Later{[](Ready ready) { ready(); }, []() -> Result<Response> { return text("now"); }};
  });
  start();
  RawClient client(port);
  client.get("/at-once");
  EXPECT_EQ(client.read_answer().body, "now");
}

TEST_F(Laters, KeepNoThreadWaiting) {
  options.workers = 1;
  auto begun = later_route("done");
  start();
  RawClient client(port), other(port);
  client.get("/later");
  auto ready = begun.get();
  other.get("/plain");
  EXPECT_EQ(other.read_answer().body, "GET /plain? ");
  ready();
  EXPECT_EQ(client.read_answer().body, "done");
}

TEST_F(Laters, ThatFailAreAnsweredWithoutTheirReason) {
  handler.route("/fails", [](const Request&) -> Reply {
    return Later{[](Ready ready) { ready(); },
                 []() -> Result<Response> { return fail(ErrorCode::Internal, "x", "a secret"); }};
  });
  handler.route("/throws", [](const Request&) -> Reply {
    return Later{[](Ready ready) { ready(); },
                 []() -> Result<Response> { throw std::runtime_error("a secret"); }};
  });
  start();
  for (const char* path : {"/fails", "/throws"}) {
    RawClient client(port);
    client.get(path);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_FALSE(answer.body.contains("secret")) << path;
  }
  EXPECT_TRUE(warnings().contains("a secret"));
}

TEST_F(Laters, AreEndedAlsoWhenTheClientHasGone) {
  auto begun = later_route("done");
  start();
  {
    RawClient client(port);
    client.get("/later");
    begun.wait();
  }
  begun.get()();
  wait_until([&] { return ended && server->stats().connections == 0; });
}

TEST_F(Laters, AreEndedBeforeTheServerStops) {
  auto begun = later_route("done");
  start();
  RawClient client(port);
  client.get("/later");
  auto ready = begun.get();
  auto stopped = std::async(std::launch::async, [&] { server.reset(); });
  while (RawClient(port).connected()) std::this_thread::yield();
  EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
  ready();
  stopped.get();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace hotswap::api::testing
