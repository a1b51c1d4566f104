// How long a whole deployment takes when nothing has to be waited for, and how long an instance
// needs to run what it was sent.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "domain/json/parse.hpp"
#include "hotswap/client.hpp"
#include "perf/bench/benches.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 15;
constexpr auto kLimit = 60s;

std::string version_of(int round) { return "1.0." + std::to_string(round); }

void upload(Server& server, int round) {
  must(server.api().post(
           cli::config_path(kProfile, {"versions"}),
           json::Object{{"version", version_of(round)},
                        {"data", must(json::parse(document_1k(static_cast<std::size_t>(round))),
                                      "document")}}),
       "version");
}

/// Id of the deployment that was started.
std::string start(Server& server, int round, const json::Value& strategy) {
  const auto made = must(
      server.api().post("/api/v1/deployments", json::Object{{"configName", kProfile},
                                                            {"configVersion", version_of(round)},
                                                            {"strategy", strategy}}),
      "deployment");
  return made.find("id")->as_string()->str();
}

/// From the request until the deployment says that it has succeeded.
double whole(Server& server, int round, const json::Value& strategy) {
  upload(server, round);
  const auto begun = Clock::now();
  const auto id = start(server, round, strategy);
  while (*must(server.api().get(cli::deployment_path(id)), "deployment").find("state") !=
         json::Value("Succeeded")) {
    if (Clock::now() - begun > kLimit) give_up("a deployment does not succeed");
    std::this_thread::sleep_for(1ms);
  }
  return milliseconds_since(begun);
}

double median_of(std::size_t instances, const json::Value& strategy) {
  Server server;
  server.has_profile();
  Fleet fleet(server);
  fleet.register_instances(instances);
  fleet.open_streams();
  const std::jthread living([&](const std::stop_token& stop) {
    fleet.loop().run_until([&] { return stop.stop_requested(); }, 10min, "the fleet");
  });
  std::vector<double> times;
  for (int round = 0; round <= kRounds; ++round) times.push_back(whole(server, round, strategy));
  times.erase(times.begin());  // to warm up
  return median(times);
}

/// One client of the SDK: from the request of the release until the callback has the new snapshot.
double reload() {
  Server server;
  server.has_profile();
  std::mutex mutex;
  std::condition_variable changed;
  std::string running;
  sdk::ClientOptions options;
  options.servers = {"http://127.0.0.1:" + std::to_string(server.port())};
  options.token = server.token();
  options.service = kService;
  options.environment = kEnvironment;
  sdk::Client client(std::move(options));
  client.config().on_change("", [&](const sdk::Snapshot& now) {
    const std::lock_guard lock(mutex);
    running = now.identity().version;
    changed.notify_all();
  });
  if (auto started = client.start(); !started) give_up("SDK: " + started.error());
  for (const auto begun = Clock::now(); !client.status().streaming;) {
    if (Clock::now() - begun > kLimit) give_up("the SDK client has no stream");
    std::this_thread::sleep_for(1ms);
  }
  std::vector<double> times;
  for (int round = 0; round <= kRounds; ++round) {
    upload(server, round);
    const auto begun = Clock::now();
    const auto id = start(server, round, json::Object{{"type", "Direct"}});
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, kLimit, [&] { return running == version_of(round); }))
      give_up("the SDK client does not run " + version_of(round));
    times.push_back(milliseconds_since(begun));
    lock.unlock();
    while (*must(server.api().get(cli::deployment_path(id)), "deployment").find("state") !=
           json::Value("Succeeded"))
      std::this_thread::sleep_for(1ms);
  }
  client.stop();
  times.erase(times.begin());
  return median(times);
}

Row row(std::string what, double value, double bound) {
  return {.bench = "strategies",
          .what = std::move(what),
          .value = value,
          .unit = "ms",
          .goal = Goal::ValueAtMost,
          .bound = bound};
}

}  // namespace

Rows bench_strategies() {
  const json::Object canary{{"type", "Canary"},
                            {"phases", json::Array{10, 30, 50, 100}},
                            {"phaseInterval", "PT0S"},
                            {"healthCheckEnabled", false}};
  return {row("Canary to 10 instances, no intervals, to its end", median_of(10, canary), 1000),
          row("Direct to 1,000 instances, to its end",
              median_of(1000, json::Object{{"type", "Direct"}}), 300),
          row("reload: release to the SDK's callback, 1 KB", reload(), 5000)};
}

}  // namespace hotswap::perf
