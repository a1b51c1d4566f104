#pragma once
// A service under load, as its instances would report it: requests, errors, latencies and checks,
// heartbeat by heartbeat. Rates wander (autocorrelated), follow the day, come in bursts; errors
// come in clumps, on some hosts more than on others; some troubles hit one host, some everybody.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/health/sample.hpp"
#include "sim/model/random.hpp"

namespace hotswap::sim {

/// Episodes that come and go: how often, for how long (s), how large.
struct Trouble {
  double per_hour = 0;
  double shortest = 2, longest = 10;
  double smallest = 0, largest = 0;
};

/// Spreads are standard deviations of logarithms.
struct Noise {
  double host_load = 0, host_errors = 0, host_latency = 0;
  double load = 0, local_load = 0;  ///< wandering over a minute, over 15 s
  double errors = 0;                ///< of one host, over a minute
  double latency = 0, local_latency = 0;
  double clump = 1;                     ///< errors that come together, on average (retries)
  Trouble bursts;                       ///< of load: factor
  Trouble host;                         ///< of one host: errors, points
  Trouble pauses;                       ///< of one host: latency, factor
  Trouble incidents{0, 20, 90, 5, 20};  ///< of everybody: errors, points
  double incident_spread = 0.15;        ///< how differently hosts suffer from them
  double ramp_per_hour = 1;             ///< growth of the load beside the daily cycle, factor
};
[[nodiscard]] Noise plain();    ///< independent requests, equal hosts
[[nodiscard]] Noise typical();  ///< a service in production
[[nodiscard]] Noise rough();    ///< twice of everything

/// What one host of the service is known for, version or not.
enum class OddHost { None, Bad, Flapping };

struct Service {
  std::size_t instances = 10;
  double requests = 1000;  ///< per second, all instances together, on average over the day
  double heartbeat = 5;    ///< seconds
  double base_errors = 0.005;
  Noise noise;
  OddHost odd = OddHost::None;      ///< the first to be treated
  std::optional<double> one_burst;  ///< an incident of 10 points begins then, for 60 s
};

/// What the version does to an instance that runs it.
struct Fault {
  double errors = 0;   ///< share of requests
  double latency = 1;  ///< factor
  double checks = 0;   ///< share of checks
  double delay = 0;    ///< seconds after it was applied
  double lasts = 1e9;
  std::optional<std::size_t> only{};  ///< this instance, in the order of the cohort
  [[nodiscard]] bool any() const { return errors > 0 || latency > 1 || checks > 0; }
};

class Episodes {
 public:
  Episodes(Random& random, const Trouble& trouble, double until);
  void add(double from, double to, double size) { all_.push_back({from, to, size}); }
  /// Share of [from, to) in which there is one, and their mean size in it.
  struct Part {
    double share = 0, size = 0;
  };
  [[nodiscard]] Part within(double from, double to) const;

 private:
  struct Episode {
    double from, to, size;
  };
  std::vector<Episode> all_;
};

/// What hits all instances alike. Times are seconds since the start of the simulation.
class World {
 public:
  World(const Service& service, std::uint64_t seed, double until);
  [[nodiscard]] const Service& service() const { return service_; }
  [[nodiscard]] double until() const { return until_; }
  /// Mean of the load in [from, to), 1 on average.
  [[nodiscard]] double load(double from, double to) const;
  [[nodiscard]] double latency(double at) const;
  [[nodiscard]] double incident(double from, double to) const;  ///< share of requests that fail

 private:
  Service service_;
  double until_;
  std::vector<double> load_;  ///< integral up to each second
  std::vector<double> latency_;
  Episodes incidents_;
};

class Host {
 public:
  Host(const World& world, std::size_t index, std::uint64_t seed);
  [[nodiscard]] double next_beat() const { return next_; }
  /// What it reports at next_beat(); moves on to the following one. `treated`: runs the version
  /// since then.
  Sample beat(std::optional<double> treated, const Fault& fault);

 private:
  struct Stretch {
    double from, to, faulty;  ///< the share of it in which the version misbehaves
  };
  void latencies(Sample& sample, const Stretch& stretch, double requests, const Fault& fault);
  std::uint64_t errors(const Stretch& stretch, std::uint64_t requests, double load,
                       const Fault& fault);
  [[nodiscard]] double oddity(const Stretch& stretch) const;

  const World& world_;
  std::size_t index_;
  Random random_;
  double share_, errors_, latency_, suffering_;
  Wander load_wander_{15}, error_wander_{60}, latency_wander_{30};
  Episodes troubles_, pauses_;
  double last_, next_;
};

}  // namespace hotswap::sim
