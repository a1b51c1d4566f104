// What the server costs when nothing happens: memory of an idle server and of each idle stream, and
// the time from its start until it is ready.

#include <sys/resource.h>

#include "perf/bench/benches.hpp"
#include "perf/support/fleet.hpp"
#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

constexpr std::size_t kStreams = 10000;
constexpr int kStarts = 7;

struct Cost {
  double idle_mib = 0;          ///< before anybody came
  double per_instance_kib = 0;  ///< registered
  double per_stream_kib = 0;    ///< its open stream, beside that
  double registered = 0;        ///< per second
  double streaming = 0;         ///< streams opened per second
};

Cost measure(Server& server) {
  Cost cost;
  server.has_profile();
  const auto idle = resident_kib(server.pid());
  cost.idle_mib = idle / 1024;
  Fleet fleet(server);
  cost.registered = fleet.register_instances(kStreams);
  const auto registered = resident_kib(server.pid());
  const auto start = Clock::now();
  fleet.open_streams();
  cost.streaming = static_cast<double>(kStreams) / seconds_since(start);
  const auto open = resident_kib(server.pid());
  cost.per_instance_kib = (registered - idle) / static_cast<double>(kStreams);
  cost.per_stream_kib = (open - registered) / static_cast<double>(kStreams);
  return cost;
}

void need_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < kStreams + 1000) {
    give_up("needs " + std::to_string(kStreams + 1000) + " descriptors: ulimit -n");
  }
}

Row at_most(std::string what, double value, std::string unit, double bound) {
  return {.bench = "idle",
          .what = std::move(what),
          .value = value,
          .unit = std::move(unit),
          .goal = Goal::ValueAtMost,
          .bound = bound};
}
Row figure(std::string what, double value, std::string unit) {
  return {.bench = "idle", .what = std::move(what), .value = value, .unit = std::move(unit)};
}

}  // namespace

Rows bench_idle() {
  need_descriptors();
  std::vector<double> starts;
  for (int i = 0; i < kStarts; ++i) starts.push_back(Server().start_milliseconds());
  Server server;
  const auto plain = measure(server);
  const auto restart = server.restart();
  server.stop();
  Server secure({.tls = true});
  const auto tls = measure(secure);
  return {at_most("start to ready, empty", median(starts), "ms", 200),
          figure("start to ready, 10,000 instances stored", restart, "ms"),
          at_most("resident, idle server", plain.idle_mib, "MiB", 40),
          at_most("resident per idle stream of 10,000, plain", plain.per_stream_kib, "KiB", 8),
          at_most("resident per idle stream of 10,000, TLS", tls.per_stream_kib, "KiB", 30),
          figure("resident per registered instance", plain.per_instance_kib, "KiB"),
          figure("registrations, 64 connections", plain.registered, "/s"),
          figure("streams opened, plain", plain.streaming, "/s"),
          figure("streams opened, TLS", tls.streaming, "/s")};
}

}  // namespace hotswap::perf
