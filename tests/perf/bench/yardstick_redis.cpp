#include "perf/bench/yardsticks.hpp"
#include "perf/support/event_loop.hpp"
#include "perf/support/statistics.hpp"
#include "servers/redis_server.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr auto kLimit = 60s;
constexpr std::size_t kPublished = 1024;

std::string bulk(std::string_view text) {
  return '$' + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

}  // namespace

std::vector<double> redis_publish(std::size_t subscribers, int rounds) {
  if (!installed("redis-server")) return {};
  testing::RedisServer redis({.settings = {"--maxclients", "20000"}});
  EventLoop loop(redis.port());
  const auto confirmed = "*3\r\n" + bulk("subscribe") + bulk("bench") + ":1\r\n";
  const auto message =
      "*3\r\n" + bulk("message") + bulk("bench") + bulk(std::string(kPublished, 'x'));
  std::size_t subscribed = 0, seen = 0;
  for (std::size_t i = 0; i < subscribers; ++i) {
    auto& wire = loop.connect();
    wire.on_bytes = [&, open = false]() mutable {
      const auto& awaited = open ? message : confirmed;
      if (wire.in.size() < awaited.size()) return;
      ++(open ? seen : subscribed);
      open = true;
      wire.in.clear();
    };
    wire.send("*2\r\n" + bulk("subscribe") + bulk("bench"));
    if (i % 256 == 0) loop.run_until([&] { return subscribed > i; }, kLimit, "Redis' subscribers");
  }
  loop.run_until([&] { return subscribed == subscribers; }, kLimit, "Redis' subscribers");
  auto& publisher = loop.connect();
  publisher.on_bytes = [&publisher] { publisher.in.clear(); };
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    seen = 0;
    const auto start = Clock::now();
    publisher.send("*3\r\n" + bulk("publish") + bulk("bench") + bulk(std::string(kPublished, 'x')));
    loop.run_until([&] { return seen == subscribers; }, kLimit, "Redis' messages");
    times.push_back(milliseconds_since(start));
  }
  return times;
}

}  // namespace hotswap::perf
