// Who may end a client when, and what its threads inherit to the program's code.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "fake_server.hpp"
#include "hotswap/client.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::FakeServer;
using testing::frame;
using testing::kPatience;
using testing::offer;

ClientOptions options_for(std::string server) {
  ClientOptions options;
  options.servers = {std::move(server)};
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  return options;
}

TEST(Stopping, isForSeveralThreadsAtOnce) {
  FakeServer server;
  Client client(options_for(server.url()));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/stream", 1));
  std::array<std::thread, 4> threads;
  for (auto& thread : threads) thread = std::thread([&] { client.stop(); });
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(client.status().streaming);
}

TEST(Stopping, inACallbackIsOnlyAskedForAndLeavingIsDoneElsewhere) {
  FakeServer server;
  Client client(options_for(server.url()));
  std::promise<bool> left;
  client.config().on_change("a", [&](const Snapshot&) {
    client.stop();
    left.set_value(client.leave());
  });
  ASSERT_TRUE(client.start());
  server.push(frame("config", offer(R"({"a":1})", 1, "1.0.0")));
  auto answer = left.get_future();
  ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready) << "it threw, or hangs";
  EXPECT_FALSE(answer.get());
  EXPECT_EQ(server.count("/instances/i-1"), 0U);
  EXPECT_TRUE(client.leave());
  EXPECT_EQ(server.count("/instances/i-1"), 1U);
}

// The fall back's thread holds what the client's own thread may be waiting for.
TEST(Stopping, inACallbackOfAFallBackIsOnlyAskedForToo) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  Client client(options_for(server.url()));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(client.wait_ready(kPatience));
  server.push(frame("config", offer(R"({"a":2})", 2, "2.0.0")));
  ASSERT_TRUE(server.wait_observed("applied", 2));
  bool left = true;
  client.config().on_change("a", [&](const Snapshot&) { left = client.leave(); });
  EXPECT_TRUE(client.fall_back("bad"));
  EXPECT_FALSE(left);
  EXPECT_TRUE(client.leave());
}

TEST(Stopping, theStatusMayBeAskedForWhileTheClientStarts) {
  FakeServer server;
  Client client(options_for(server.url()));
  std::atomic<bool> done{false};
  std::thread asking([&] {
    while (!done) (void)client.status();
  });
  EXPECT_TRUE(client.start());
  done = true;
  asking.join();
}

void destroy_in_a_callback() {
  std::unique_ptr<Client> client;
  auto options = options_for("http://127.0.0.1:1");
  options.log = [&](LogLevel, std::string_view) { client.reset(); };
  client = std::make_unique<Client>(std::move(options));
  if (!client->start()) return;
  (void)std::promise<void>().get_future().wait_for(kPatience);
}

TEST(StoppingDeathTest, destroyingTheClientInItsCallbackIsRefusedWithAMessage) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(destroy_in_a_callback(), "must not be destroyed in one of its own callbacks");
}

TEST(SignalMask, blocksTheProgramsSignalsButNotAThreadsOwnFaults) {
  FakeServer server;
  server.configs = offer(R"({"a":1})", 1, "1.0.0");
  auto options = options_for(server.url());
  sigset_t mask;
  sigemptyset(&mask);
  options.validator = [&](const Candidate&) -> std::optional<std::string> {
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return std::nullopt;
  };
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(client.wait_ready(kPatience));
  client.stop();
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPROF}) {
    EXPECT_EQ(sigismember(&mask, fault), 0) << fault;
  }
  for (const int other : {SIGTERM, SIGINT, SIGCHLD, SIGHUP, SIGPIPE, SIGUSR1}) {
    EXPECT_EQ(sigismember(&mask, other), 1) << other;
  }
}

}  // namespace
}  // namespace hotswap::sdk
