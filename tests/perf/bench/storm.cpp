// The server dies with 10,000 streams and comes back: everybody connects at the same moment, with
// no jitter, as no good client does. Time from the server's death until the last has its stream.

#include "perf/bench/benches.hpp"
#include "perf/support/fleet.hpp"

namespace hotswap::perf {
namespace {

constexpr std::size_t kStreams = 10000;
constexpr int kRounds = 3;

/// A refused stream or a connection that breaks ends the bench.
Row storm(bool tls) {
  Server server({.tls = tls});
  server.has_profile();
  Fleet fleet(server);
  fleet.register_instances(kStreams);
  fleet.open_streams();
  std::vector<double> times;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    server.kill();
    server.start();
    fleet.storm_back();
    times.push_back(seconds_since(start));
  }
  return {
      .bench = "storm",
      .what = tls ? "10,000 streams back after kill -9, TLS" : "10,000 streams back after kill -9",
      .value = median(times),
      .unit = "s",
      .goal = Goal::ValueAtMost,
      .bound = 15};
}

}  // namespace

Rows bench_storm() { return {storm(false), storm(true)}; }

}  // namespace hotswap::perf
