// A Direct deployment to 1,000 connected streams: from the moment POST /deployments is sent until
// the last acknowledgement is answered.

#include <thread>

#include "domain/json/parse.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStreams = 1000;
constexpr int kRounds = 9;
constexpr auto kLimit = 30s;

struct Times {
  std::vector<double> delivered, acknowledged;
};

std::string version_of(int round) { return "1.0." + std::to_string(round); }

void upload(Server& server, int round) {
  const auto data = must(json::parse(document_1k(static_cast<std::size_t>(round))), "document");
  must(server.api().post(cli::config_path(kProfile, {"versions"}),
                         json::Object{{"version", version_of(round)}, {"data", data}}),
       "version");
}

/// The next deployment of a profile starts when the last one has ended.
void wait_for_end(Server& server, const std::string& id) {
  for (const auto start = Clock::now(); Clock::now() - start < kLimit;) {
    const auto now = must(server.api().get(cli::deployment_path(id)), "deployment");
    if (*now.find("state")->as_string() == "Succeeded") return;
    std::this_thread::sleep_for(10ms);
  }
  give_up("a deployment does not end");
}

void deploy(Server& server, Fleet& fleet, int round, Times& times) {
  fleet.reset();
  std::string id;
  const auto body = R"({"configName":")" + std::string(kProfile) + R"(","configVersion":")" +
                    version_of(round) + R"(","strategy":{"type":"Direct"}})";
  const auto start = Clock::now();
  fleet.requests().submit(
      request_text("POST", "/api/v1/deployments", server.token(), body),
      [&](const HttpAnswer& answer) {
        if (answer.status >= 300) give_up("deployment: " + std::string(answer.body));
        id = *must(json::parse(answer.body), "deployment").find("id")->as_string();
      });
  const auto& progress = fleet.progress();
  fleet.loop().run_until([&] { return progress.acknowledged >= fleet.size() && !id.empty(); },
                         kLimit, "fan-out");
  const auto since = [&](Clock::time_point at) {
    return std::chrono::duration<double, std::milli>(at - start).count();
  };
  times.delivered.push_back(since(progress.last_delivery));
  times.acknowledged.push_back(since(progress.last_acknowledgement));
  wait_for_end(server, id);
}

}  // namespace

Rows bench_fanout() {
  Times times;
  double registered = 0;
  {
    Server server;
    server.has_profile();
    Fleet fleet(server);
    registered = fleet.register_instances(kStreams);
    fleet.open_streams();
    for (int round = 0; round <= kRounds; ++round) upload(server, round);
    Times warm_up;
    deploy(server, fleet, 0, warm_up);
    for (int round = 1; round <= kRounds; ++round) deploy(server, fleet, round, times);
  }
  const auto pushed = median(push_and_acknowledge(kStreams, kRounds));
  const auto watched = etcd_watch(kStreams, kRounds);
  const auto last = median(times.acknowledged);
  const auto delivered = median(times.delivered);
  Row delivery{.bench = "fanout",
               .what = "the same, last delivery",
               .value = delivered,
               .unit = "ms",
               .yardstick = "etcd watch, JSON gateway"};
  if (watched.empty()) {
    delivery.yardstick = "etcd is not installed";
  } else {
    delivery.measured = median(watched);
    delivery.ratio = delivered / *delivery.measured;
  }
  return {{.bench = "fanout",
           .what = "Direct to 1,000 streams, 1 KB, last acknowledgement",
           .value = last,
           .unit = "ms",
           .yardstick = "raw epoll push and answer",
           .measured = pushed,
           .ratio = last / pushed,
           .goal = Goal::ValueAtMost,
           .bound = 250},
          delivery,
          {.bench = "fanout",
           .what = "registrations, 64 connections",
           .value = registered,
           .unit = "/s"}};
}

}  // namespace hotswap::perf
