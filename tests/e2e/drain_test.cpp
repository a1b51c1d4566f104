// Given open streams and requests in flight, when the server is told to stop, then it finishes what
// it began, tells streams to come back, and ends with 0.
#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "cli/answer.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

TEST(Drain, ARequestInFlightIsAnsweredAndTheExitCodeIsZero) {
  Server server;
  server.has_profile();
  ScriptedInstance instance(server.options(), kService, "waiter");
  auto options = instance.options();
  options.timeout = 40s;
  const auto path = "/api/v1/instances/" + instance.id() + "/configs";
  std::promise<void> about_to_ask;
  auto held = std::async(std::launch::async, [&] {
    cli::Api api(options);
    const auto now = api.call({.path = path});
    if (!now) return 0;
    about_to_ask.set_value();
    // Nothing is desired, so this is held until something changes or the server drains.
    const auto answer =
        api.call({.path = path + "?wait=PT30S", .headers = {{"If-None-Match", "*"}}});
    return answer ? answer->status : 0;
  });
  about_to_ask.get_future().wait();
  ASSERT_EQ(held.wait_for(500ms), std::future_status::timeout);
  EXPECT_EQ(server.terminate(), 0);
  const auto status = held.get();
  EXPECT_TRUE(status == 200 || status == 304) << status;
}

TEST(Drain, AStreamIsToldToReconnect) {
  Server server;
  ScriptedInstance instance(server.options(), kService, "listener");
  std::promise<std::string> told;
  std::jthread listener([&](const std::stop_token& stop) {
    cli::Api api(instance.options());
    std::string last;
    static_cast<void>(api.stream(
        "/api/v1/instances/" + instance.id() + "/stream", "",
        [&](const cli::ServerEvent& event) {
          last = event.kind;
          return event.kind != "reconnect";
        },
        stop));
    told.set_value(last);
  });
  ASSERT_TRUE(eventually([&] {
    const auto health = server.api().get("/health");
    return health && cli::int_at(*health, "streams") == 1;
  }));
  EXPECT_EQ(server.terminate(), 0);
  EXPECT_EQ(told.get_future().get(), "reconnect");
}

TEST(Drain, InstancesComeBackToTheRestartedServer) {
  Server server;
  Services services(server, 2);
  server.has_profile();
  EXPECT_EQ(server.terminate(), 0);
  server.start_again();
  server.has_version("1.0.0", example_config("1.0.0"));
  EXPECT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  EXPECT_TRUE(services.all_run("1.0.0"));
}

}  // namespace
}  // namespace hotswap::e2e
