// What a cluster over PostgreSQL costs and bears: uploads, heartbeats, the death of the node that
// drives a deployment.

#include <fmt/format.h>

#include <thread>

#include "domain/json/parse.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/nodes.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/uploads.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kClients = 50;
constexpr int kRounds = 3;
constexpr std::size_t kInstances = 10000;
constexpr auto kInterval = 5s;
constexpr std::size_t kPortion = 200;  ///< of instances that speak at once
constexpr auto kWatched = 20s;
constexpr int kDeaths = 5;

Row uploads() {
  Nodes nodes;
  auto& server = nodes.add();
  server.has_profile();
  Uploads uploads(server, kClients);
  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < kRounds; ++round) {
    theirs.push_back(pgbench_inserts(nodes.postgres(), kClients));
    ours.push_back(uploads.measure(3s));
    ratios.push_back(ours.back() / theirs.back());
  }
  return {.bench = "uploads",
          .what = fmt::format("POST version, 1 KB, {} connections, one node", kClients),
          .value = median(ours),
          .unit = "/s",
          .yardstick = fmt::format("pgbench, 1 row of 1 KB, {} clients", kClients),
          .measured = median(theirs),
          .ratio = median(ratios),
          .goal = Goal::RatioAtLeast,
          .bound = 0.5};
}

/// Everybody speaks once in kInterval, a portion at a time.
void speak(Fleet& fleet, Clock::duration time) {
  constexpr auto kPause = std::chrono::duration_cast<Clock::duration>(kInterval) *
                          static_cast<int>(kPortion) / static_cast<int>(kInstances);
  std::size_t first = 0;
  const auto start = Clock::now();
  for (auto next = start; next < start + time; next += kPause, first += kPortion) {
    std::this_thread::sleep_until(next);
    fleet.beat(first, kPortion);
  }
}

Rows heartbeats() {
  Nodes nodes;
  auto& server = nodes.add(fmt::format("{}s", kInterval.count()));
  server.has_profile();
  Fleet fleet(server);
  fleet.register_instances(kInstances);
  speak(fleet, kInterval);
  const auto work = nodes.work();
  const auto used = processor_seconds(server.pid());
  const auto start = Clock::now();
  speak(fleet, kWatched);
  const auto seconds = seconds_since(start);
  const auto core = (processor_seconds(server.pid()) - used) / seconds * 100;
  const auto transactions = (nodes.work().transactions - work.transactions) / seconds;
  const auto what =
      fmt::format("heartbeats of {} instances every {} s: ", kInstances, kInterval.count());
  return {{.bench = "cluster",
           .what = what + "server",
           .value = core,
           .unit = "% of a core",
           .goal = Goal::ValueAtMost,
           .bound = 15},
          {.bench = "cluster",
           .what = what + "database transactions",
           .value = transactions,
           .unit = "/s",
           .goal = Goal::ValueAtMost,
           .bound = 20}};
}

double fence(Nodes& nodes) {
  return nodes.number("SELECT coalesce(max(fence), 0) FROM deployments WHERE active = 1");
}

/// Whether a node says of itself that it drives a deployment.
bool drives(Server& node) {
  const auto view = must(node.api().get("/api/v1/cluster"), "cluster");
  return std::ranges::any_of(*view.find("nodes")->as_array(), [](const json::Value& one) {
    return *one.find("self") == json::Value(true) && *one.find("deployments") == json::Value(1);
  });
}

/// Which of the nodes drives the only deployment.
std::size_t driver(Nodes& nodes) {
  for (const auto start = Clock::now(); seconds_since(start) < 30;) {
    std::this_thread::sleep_for(2s);
    for (std::size_t i = 0; i < nodes.size(); ++i)
      if (drives(nodes[i])) return i;
  }
  give_up("nobody drives the deployment");
}

Row takeover() {
  Nodes nodes;
  nodes.add();
  nodes.add();
  nodes[0].has_profile();
  Fleet fleet(nodes[0]);
  fleet.register_instances(1);
  must(nodes[0].api().post(cli::config_path(kProfile, {"versions"}),
                           json::Object{{"version", "1.0.0"}, {"data", json::Object{}}}),
       "version");
  must(nodes[0].api().post("/api/v1/deployments",
                           must(json::parse(R"({"configName":"bench.profile","configVersion":)"
                                            R"("1.0.0","strategy":{"type":"Canary","phases":[100],)"
                                            R"("phaseInterval":"PT1H"}})"),
                                "body")),
       "deployment");
  std::vector<double> times;
  for (int death = 0; death < kDeaths; ++death) {
    const auto victim = driver(nodes);
    const auto before = fence(nodes);
    nodes[victim].kill();
    const auto start = Clock::now();
    while (fence(nodes) == before) {
      if (seconds_since(start) > 60) give_up("nobody took over");
      std::this_thread::sleep_for(10ms);
    }
    times.push_back(seconds_since(start));
    nodes.forget(victim);
    nodes.add();
  }
  return {.bench = "cluster",
          .what = fmt::format("takeover after kill -9 of the driving node, worst of {}", kDeaths),
          .value = std::ranges::max(times),
          .unit = "s",
          .goal = Goal::ValueAtMost,
          .bound = 5};
}

}  // namespace

Rows bench_uploads() { return {uploads()}; }

Rows bench_cluster() {
  Rows rows = heartbeats();
  rows.push_back(takeover());
  return rows;
}

}  // namespace hotswap::perf
