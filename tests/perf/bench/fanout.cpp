// A Direct deployment to thousands of connected streams: from the moment POST /deployments is sent
// until the server knows of the last acknowledgement.

#include <fmt/format.h>

#include <span>
#include <thread>

#include "domain/base/time.hpp"
#include "domain/json/parse.hpp"
#include "perf/bench/benches.hpp"
#include "perf/bench/yardsticks.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr auto kLimit = 60s;
/// Between two rounds: what the last one left to be written does not count as the next one's.
constexpr auto kQuiet = 1500ms;

struct Case {
  std::size_t streams = 0, kib = 1;
  bool tls = false;
  int rounds = 5;
  Stream stream = Stream::WebSocket;
};

constexpr Case kPlain[] = {{.streams = 1000, .rounds = 9},
                           {.streams = 5000},
                           {.streams = 10000},
                           {.streams = 10000, .stream = Stream::Events},
                           {.streams = 1000, .kib = 100},
                           {.streams = 10000, .kib = 100, .rounds = 3}};
constexpr Case kTls[] = {{.streams = 1000, .tls = true, .rounds = 9},
                         {.streams = 5000, .tls = true},
                         {.streams = 10000, .tls = true},
                         {.streams = 1000, .kib = 100, .tls = true},
                         {.streams = 10000, .kib = 100, .tls = true, .rounds = 3}};

struct Times {
  std::vector<double> delivered;
  /// WebSockets: when the deployment ended, which it does with the last acknowledgement. Events:
  /// when that one's answer was there.
  std::vector<double> acknowledged;
  double registered = 0;  ///< per second
};

std::string version_of(int round) { return "1.0." + std::to_string(round); }

void upload(Server& server, std::size_t kib, int round) {
  const auto data = must(json::parse(document(kib, static_cast<std::size_t>(round))), "document");
  must(server.api().post(cli::config_path(kProfile, {"versions"}),
                         json::Object{{"version", version_of(round)}, {"data", data}}),
       "version");
}

/// The next deployment of a profile starts when the last one has ended. Asked of the list, which
/// names no instances.
void wait_for_end(Server& server) {
  const auto path = "/api/v1/deployments?active=true&configName=" + std::string(kProfile);
  for (const auto start = Clock::now(); Clock::now() - start < kLimit;) {
    if (must(server.api().get(path), "deployments").find("items")->as_array()->empty()) return;
    std::this_thread::sleep_for(10ms);
  }
  give_up("a deployment does not end");
}

/// When the newest deployment was decided to have ended.
WallTime end_of_newest(Server& server) {
  const auto path = "/api/v1/deployments?limit=1&configName=" + std::string(kProfile);
  const auto page = must(server.api().get(path), "deployments");
  const auto* items = page.find("items")->as_array();
  const auto* at = items->empty() ? nullptr : items->front().find("finishedAt");
  if (at == nullptr || at->as_string() == nullptr) give_up("no end of a deployment");
  return must(parse_time(*at->as_string()), "finishedAt");
}

void deploy(Server& server, Fleet& fleet, int round, Times& times) {
  std::this_thread::sleep_for(kQuiet);
  fleet.reset();
  bool taken = false;
  // By default a large fleet is told little by little: here nothing shall wait.
  const auto body = R"({"configName":")" + std::string(kProfile) + R"(","configVersion":")" +
                    version_of(round) +
                    R"(","strategy":{"type":"Direct","deliverySpread":"PT0S"}})";
  const auto start = Clock::now();
  const auto day = std::chrono::system_clock::now();
  fleet.requests().submit(request_text("POST", "/api/v1/deployments", server.token(), body),
                          [&](const HttpAnswer& answer) {
                            if (answer.status >= 300)
                              give_up("deployment: " + std::string(answer.body));
                            taken = true;
                          });
  const auto& progress = fleet.progress();
  fleet.loop().run_until([&] { return progress.acknowledged >= fleet.size() && taken; }, kLimit,
                         "fan-out");
  const auto since = [&](Clock::time_point at) {
    return std::chrono::duration<double, std::milli>(at - start).count();
  };
  times.delivered.push_back(since(progress.last_delivery));
  const auto answered = since(progress.last_acknowledgement);
  wait_for_end(server);
  const std::chrono::duration<double, std::milli> ended = end_of_newest(server) - day;
  times.acknowledged.push_back(fleet.stream() == Stream::WebSocket ? ended.count() : answered);
}

Times measure(const Case& wanted) {
  // A limit of bandwidth would be what is measured.
  Server server({.tls = wanted.tls, .arguments = {"--deployment-bandwidth", "0"}});
  server.has_profile();
  Fleet fleet(server, wanted.stream);
  Times times;
  times.registered = fleet.register_instances(wanted.streams);
  fleet.open_streams();
  for (int round = 0; round <= wanted.rounds; ++round) upload(server, wanted.kib, round);
  Times warm_up;
  deploy(server, fleet, 0, warm_up);
  for (int round = 1; round <= wanted.rounds; ++round) deploy(server, fleet, round, times);
  return times;
}

std::string words(const Case& wanted, std::string_view end) {
  return fmt::format("{} {}{}, {} KB, last {}", wanted.streams,
                     wanted.stream == Stream::WebSocket ? "WebSockets" : "event streams",
                     wanted.tls ? ", TLS" : "", wanted.kib, end);
}

/// The goals are set for 1 KB without TLS.
Row acknowledged(const Case& wanted, const Times& times) {
  Row row{.bench = "fanout",
          .what = words(wanted, "acknowledgement"),
          .value = median(times.acknowledged),
          .unit = "ms",
          .yardstick = "raw epoll push and answer"};
  row.measured = median(push_and_acknowledge(wanted.streams, wanted.kib << 10, wanted.rounds));
  row.ratio = row.value / *row.measured;
  if (wanted.kib > 1 || wanted.tls || wanted.stream == Stream::Events) return row;
  row.goal = wanted.streams == 10000 ? Goal::RatioAtMost : Goal::ValueAtMost;
  row.bound = wanted.streams == 10000 ? 2 : wanted.streams == 1000 ? 300 : 1500;
  return row;
}

/// What an acknowledgement by an HTTP request cannot fall below: as many bytes, and no more.
Row beside_the_floor(const Case& wanted, const Row& acknowledged) {
  auto row = acknowledged;
  row.yardstick = "raw epoll, HTTP-sized exchange";
  row.measured = median(
      push_and_acknowledge(wanted.streams, wanted.kib << 10, wanted.rounds, kHttpAcknowledgement));
  row.ratio = row.value / *row.measured;
  row.goal = Goal::None;
  return row;
}

Row against(const Row& delivered, std::string yardstick, const std::vector<double>& theirs) {
  auto row = delivered;
  row.yardstick = theirs.empty() ? yardstick + " is not installed" : std::move(yardstick);
  if (theirs.empty()) return row;
  row.measured = median(theirs);
  row.ratio = row.value / *row.measured;
  return row;
}

void add(Rows& rows, const Case& wanted) {
  fmt::print(stderr, "  {}\n", words(wanted, "acknowledgement"));
  const auto times = measure(wanted);
  rows.push_back(acknowledged(wanted, times));
  if (wanted.stream == Stream::Events) rows.push_back(beside_the_floor(wanted, rows.back()));
  const Row delivered{.bench = "fanout",
                      .what = words(wanted, "delivery"),
                      .value = median(times.delivered),
                      .unit = "ms"};
  if (wanted.kib > 1 || wanted.tls || wanted.stream == Stream::Events) {
    rows.push_back(delivered);
    return;
  }
  auto etcd =
      against(delivered, "etcd watch, JSON gateway", etcd_watch(wanted.streams, wanted.rounds));
  if (etcd.ratio) etcd.goal = Goal::RatioAtMost;
  etcd.bound = 1;
  rows.push_back(std::move(etcd));
  rows.push_back(against(delivered, "Redis publish", redis_publish(wanted.streams, wanted.rounds)));
  if (wanted.streams != 1000) return;
  rows.push_back({.bench = "fanout",
                  .what = "registrations, 64 connections",
                  .value = times.registered,
                  .unit = "/s"});
}

Rows all(std::span<const Case> cases) {
  Rows rows;

  for (const auto& wanted : cases) add(rows, wanted);
  return rows;
}

}  // namespace

Rows bench_fanout() { return all(kPlain); }
Rows bench_fanout_tls() { return all(kTls); }

}  // namespace hotswap::perf
