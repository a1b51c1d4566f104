// A server asks that the stream go elsewhere: the new one stands before the old one ends.
#include <gtest/gtest.h>

#include <future>

#include "backoff.hpp"
#include "fake_server.hpp"
#include "hotswap/client.hpp"
#include "live_stream.hpp"

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;
using testing::FakeServer;
using testing::frame;
using testing::kPatience;
using testing::offer;
using testing::Request;
using testing::Response;

/// Counts streams, and waits for counts.
class Tally {
 public:
  void add(int amount) {
    const std::lock_guard lock(mutex_);
    value_ += amount;
    changed_.notify_all();
  }
  bool until(int wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return value_ == wanted; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

ClientOptions options_for(const std::vector<const FakeServer*>& servers) {
  ClientOptions options;
  for (const auto* server : servers) options.servers.push_back(server->url());
  options.token = "bootstrap";
  options.service = "pay";
  options.environment = "Production";
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  return options;
}

std::string reconnect(const std::string& to) {
  return frame("reconnect", R"({"afterMs":5,"to":[")" + to + R"("]})");
}

TEST(Moving, theOldStreamEndsOnlyWhenTheNewOneStands) {
  Tally old_open;
  Tally asked;
  std::promise<void> may_open;
  auto opening = may_open.get_future().share();
  FakeServer second;
  FakeServer first;
  first.on_stream = [&](int, int socket) {
    old_open.add(1);
    FakeServer::send_all(socket, reconnect(second.url()));
    // While the new server keeps it waiting, the old one still delivers.
    EXPECT_TRUE(asked.until(1));
    FakeServer::send_all(socket, frame("config", offer(R"({"a":2})", 2, "2.0.0")));
    FakeServer::be_silent(socket);
    old_open.add(-1);
  };
  second.on_stream_request = [&](const Request&) {
    asked.add(1);
    opening.wait();
    return Response{200, "", ""};
  };
  auto options = options_for({&first, &second});
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(first.wait_observed("applied", 2)) << "no gap";
  EXPECT_TRUE(old_open.until(1));
  EXPECT_EQ(client.status().server, first.url());
  EXPECT_TRUE(client.status().streaming);
  may_open.set_value();
  EXPECT_TRUE(old_open.until(0));
  EXPECT_EQ(client.status().server, second.url());
  second.push(frame("config", offer(R"({"a":3})", 3, "3.0.0")));
  EXPECT_TRUE(second.wait_observed("applied", 3));
  EXPECT_EQ(first.count("/stream"), 1u);
}

TEST(Moving, goesWhereThereIsRoomAmongTheServersThatItKnows) {
  Tally left;
  FakeServer second;
  FakeServer third;
  FakeServer stranger;
  FakeServer first;
  first.on_stream = [&](int, int socket) {
    FakeServer::send_all(socket, frame("reconnect", R"({"afterMs":0,"to":[")" + stranger.url() +
                                                        R"(",")" + third.url() + R"(/"]})"));
    FakeServer::be_silent(socket);
    left.add(1);
  };
  auto options = options_for({&first, &second, &third});
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(left.until(1));
  EXPECT_EQ(client.status().server, third.url());
  EXPECT_EQ(second.count("/stream"), 0u);
  EXPECT_EQ(stranger.count("/stream"), 0u) << "its token goes to nobody else";
}

TEST(Moving, behindABalancerItAsksTheSameAddressAgain) {
  Tally open;
  FakeServer server;
  server.on_stream = [&](int number, int socket) {
    open.add(1);
    if (number == 1) FakeServer::send_all(socket, reconnect("http://node-b:8400"));
    FakeServer::be_silent(socket);
    open.add(-1);
  };
  auto options = options_for({&server});
  options.backoff_min = options.backoff_max = 1h;
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(server.wait_count("/stream", 2));
  EXPECT_TRUE(open.until(1));
}

TEST(Moving, staysIfNobodyTakesIt) {
  Tally asked;
  FakeServer first;
  FakeServer second;
  second.on_stream_request = [&](const Request&) {
    asked.add(1);
    return Response{503, "{}", ""};
  };
  first.on_stream_request = [&, number = 0](const Request&) mutable {
    return Response{number++ == 0 ? 200 : 503, "", ""};
  };
  auto options = options_for({&first, &second});
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  first.push(reconnect(second.url()));
  // By turns at both, and then no more.
  EXPECT_TRUE(asked.until((Move::kTries + 1) / 2));
  first.push(frame("config", offer(R"({"a":4})", 4, "4.0.0")));
  EXPECT_TRUE(first.wait_observed("applied", 4));
  EXPECT_EQ(client.status().server, first.url());
}

TEST(Moving, anOldStreamThatEndsMeanwhileIsNotMissed) {
  FakeServer first;
  FakeServer second;
  second.on_stream = [&](int, int socket) {
    FakeServer::send_all(socket, frame("config", offer(R"({"a":5})", 5, "5.0.0")));
    FakeServer::be_silent(socket);
  };
  first.on_stream = [&](int, int socket) {
    FakeServer::send_all(socket, frame("reconnect", R"({"afterMs":300})"));
  };
  auto options = options_for({&first, &second});
  options.backoff_min = options.backoff_max = 1h;  // only the hint brings it back in time
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  EXPECT_TRUE(second.wait_observed("applied", 5));
}

TEST(Moving, whoseServerOnlySendsItTellsAnother) {
  std::atomic<bool> drains = false;
  FakeServer second;
  FakeServer first;
  first.on_heartbeat = [&](const Request&) { return Response{drains ? 503 : 200, "{}", ""}; };
  auto options = options_for({&first, &second});
  Client client(std::move(options));
  ASSERT_TRUE(client.start());
  first.push(frame("config", offer(R"({"a":1})", 1, "1.0.0")));
  ASSERT_TRUE(first.wait_observed("applied", 1));
  drains = true;
  first.push(frame("config", offer(R"({"a":2})", 2, "2.0.0")));
  EXPECT_TRUE(second.wait_observed("applied", 2));
  EXPECT_EQ(client.status().server, first.url());
  EXPECT_EQ(first.count("/stream"), 1u);
}

TEST(Move, isGivenUpAfterSomeTries) {
  Move move(Backoff(1ms, 1ms, 1));
  SteadyTime now{};
  move.asked({50ms, {"a", "b"}}, now);
  EXPECT_FALSE(move.is_due(now));
  EXPECT_EQ(move.left(now), 50ms);
  EXPECT_TRUE(move.is_due(now += 50ms));
  move.failed(now);
  EXPECT_EQ(move.to(), std::vector<std::string>{"b"});
  for (int i = 1; i < Move::kTries; ++i) {
    ASSERT_TRUE(move.pending());
    move.failed(now);
  }
  EXPECT_FALSE(move.pending());
}

}  // namespace
}  // namespace hotswap::sdk
