#include "sim/model/traffic.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/model/latency_shape.hpp"

namespace hotswap::sim {
namespace {

constexpr double kDay = 86'400;
constexpr double kDailySwing = 0.6;
constexpr double kErrorsMost = 0.98;
/// Latency grows with the load, gently: services run with headroom.
constexpr double kLatencyOfLoad = 0.2;
constexpr double kBeatJitter = 0.02;  ///< of the interval
constexpr double kCheckFails = 0.001;
constexpr double kOddErrors = 0.08, kOddLatency = 2;
constexpr double kFlapErrors = 0.3, kFlapPeriod = 60;

double spread(Random& random, double sd) { return std::exp(sd * random.normal() - sd * sd / 2); }

double overlap(double from, double to, double a, double b) {
  return std::max(0.0, std::min(to, b) - std::max(from, a));
}

}  // namespace

Noise plain() { return {}; }

Noise typical() {
  Noise noise;
  noise.host_load = 0.2;
  noise.host_errors = 0.3;
  noise.host_latency = 0.08;
  noise.load = 0.2;
  noise.local_load = 0.2;
  noise.errors = 0.3;
  noise.latency = 0.06;
  noise.local_latency = 0.06;
  noise.clump = 1.25;
  noise.bursts = {4, 10, 60, 1.5, 4};
  noise.host = {4, 2, 10, 2, 10};
  noise.pauses = {3, 2, 10, 1.5, 3};
  return noise;
}

Noise rough() {
  auto noise = typical();
  noise.host_errors = 0.6;
  noise.host_latency = 0.16;
  noise.load = 0.4;
  noise.local_load = 0.4;
  noise.errors = 0.6;
  noise.latency = 0.12;
  noise.local_latency = 0.12;
  noise.clump = 2;
  noise.bursts.per_hour *= 2;
  noise.host.per_hour *= 2;
  noise.pauses.per_hour *= 2;
  return noise;
}

Episodes::Episodes(Random& random, const Trouble& trouble, double until) {
  if (trouble.per_hour <= 0) return;
  const double apart = 3600 / trouble.per_hour;
  for (double at = random.exponential(apart); at < until; at += random.exponential(apart)) {
    const double end = at + random.uniform(trouble.shortest, trouble.longest);
    all_.push_back({at, end, random.uniform(trouble.smallest, trouble.largest)});
    at = end;
  }
}

Episodes::Part Episodes::within(double from, double to) const {
  Part part;
  for (const auto& episode : all_) {
    const double share = overlap(from, to, episode.from, episode.to) / (to - from);
    part.share += share;
    part.size += share * episode.size;
  }
  if (part.share > 0) part.size /= part.share;
  return part;
}

World::World(const Service& service, std::uint64_t seed, double until)
    : service_(service), until_(until), incidents_([&] {
        Random random(seed, 1);
        return Episodes(random, service.noise.incidents, until);
      }()) {
  if (service_.one_burst) incidents_.add(*service_.one_burst, *service_.one_burst + 60, 10);
  Random random(seed, 0);
  const Episodes bursts(random, service_.noise.bursts, until);
  const double start = random.uniform(0, kDay);
  const bool daily = service_.noise.load > 0;
  Wander load(60);
  Wander latency(90);
  load_.push_back(0);
  for (double at = 0; at < until; ++at) {
    const auto burst = bursts.within(at, at + 1);
    double factor = 1 + burst.share * (burst.size - 1);
    if (daily) factor *= 1 + kDailySwing * std::sin(2 * std::numbers::pi * (start + at) / kDay);
    const double sd = service_.noise.load;
    factor *= std::exp(sd * load.step(random, 1) - sd * sd / 2);
    if (service_.noise.ramp_per_hour != 1) {
      factor *= std::pow(service_.noise.ramp_per_hour, at / 3600);
    }
    load_.push_back(load_.back() + factor);
    latency_.push_back(std::exp(service_.noise.latency * latency.step(random, 1)));
  }
}

double World::load(double from, double to) const {
  const auto integral = [&](double at) {
    const double inside = std::clamp(at, 0.0, until_ - 1);
    const auto second = static_cast<std::size_t>(inside);
    const double part = inside - static_cast<double>(second);
    return load_[second] + part * (load_[second + 1] - load_[second]);
  };
  return to > from ? (integral(to) - integral(from)) / (to - from) : 0;
}

double World::latency(double at) const {
  return latency_[static_cast<std::size_t>(std::clamp(at, 0.0, until_ - 1))];
}

double World::incident(double from, double to) const {
  const auto part = incidents_.within(from, to);
  return part.share * part.size / 100;
}

Host::Host(const World& world, std::size_t index, std::uint64_t seed)
    : world_(world),
      index_(index),
      random_(seed, 100 + index),
      share_(spread(random_, world.service().noise.host_load) /
             static_cast<double>(world.service().instances)),
      errors_(spread(random_, world.service().noise.host_errors)),
      latency_(spread(random_, world.service().noise.host_latency)),
      suffering_(spread(random_, world.service().noise.incident_spread)),
      troubles_(random_, world.service().noise.host, world.until()),
      pauses_(random_, world.service().noise.pauses, world.until()),
      last_(0),
      next_(random_.uniform(0.05, 1) * world.service().heartbeat) {}

Sample Host::beat(std::optional<double> treated, const Fault& fault) {
  Stretch stretch{last_, next_, 0};
  if (treated && (!fault.only || *fault.only == index_)) {
    const double onset = *treated + fault.delay;
    stretch.faulty =
        overlap(stretch.from, stretch.to, onset, onset + fault.lasts) / (stretch.to - stretch.from);
  }
  const auto& service = world_.service();
  const double sd = service.noise.local_load;
  const double wander = load_wander_.step(random_, next_ - last_);
  const double load =
      world_.load(last_, next_) * (sd > 0 ? std::exp(sd * wander - sd * sd / 2) : 1);
  Sample sample;
  latencies(sample, stretch, service.requests * share_ * load * (next_ - last_), fault);
  sample.errors = errors(stretch, sample.requests, load, fault);
  sample.checks = 1;
  sample.failed_checks = random_.binomial(1, kCheckFails + stretch.faulty * fault.checks);
  last_ = next_;
  next_ += service.heartbeat * random_.uniform(1 - kBeatJitter, 1 + kBeatJitter);
  return sample;
}

void Host::latencies(Sample& sample, const Stretch& stretch, double requests, const Fault& fault) {
  const auto& service = world_.service();
  const double sd = service.noise.local_latency;
  const double wander = latency_wander_.step(random_, stretch.to - stretch.from);
  double factor = latency_ * world_.latency(stretch.to) * std::exp(sd * wander) *
                  std::pow(std::max(0.05, world_.load(stretch.from, stretch.to)), kLatencyOfLoad);
  if (service.odd == OddHost::Bad && index_ == 0) factor *= kOddLatency;
  const auto pause = pauses_.within(stretch.from, stretch.to);
  const auto& shape = LatencyShape::typical();
  for (const bool paused : {false, true}) {
    for (const bool faulty : {false, true}) {
      const double part =
          (paused ? pause.share : 1 - pause.share) * (faulty ? stretch.faulty : 1 - stretch.faulty);
      if (part <= 0) continue;
      sample.requests +=
          shape.draw(sample.latency, random_, requests * part,
                     factor * (paused ? pause.size : 1) * (faulty ? fault.latency : 1));
    }
  }
}

/// Points added by the host's own ways.
double Host::oddity(const Stretch& stretch) const {
  if (index_ != 0) return 0;
  switch (world_.service().odd) {
    case OddHost::None:
      return 0;
    case OddHost::Bad:
      return kOddErrors;
    case OddHost::Flapping:
      return std::fmod(stretch.to, kFlapPeriod) < kFlapPeriod / 2 ? kFlapErrors : 0;
  }
  return 0;
}

std::uint64_t Host::errors(const Stretch& stretch, std::uint64_t requests, double load,
                           const Fault& fault) {
  const auto& service = world_.service();
  const auto& noise = service.noise;
  const double wander = error_wander_.step(random_, stretch.to - stretch.from);
  double share = service.base_errors * errors_ * std::exp(noise.errors * wander) *
                 (noise.errors > 0 ? std::sqrt(load) : 1);
  const auto trouble = troubles_.within(stretch.from, stretch.to);
  share += trouble.share * trouble.size / 100 + oddity(stretch) + stretch.faulty * fault.errors;
  share += world_.incident(stretch.from, stretch.to) * suffering_;
  share = std::min(share, kErrorsMost);
  if (noise.clump <= 1) return random_.binomial(requests, share);
  // Clumps of geometric size: their sum beyond one each is negative binomial.
  const double expected = static_cast<double>(requests) * share / noise.clump;
  const auto clumps = random_.poisson(expected);
  if (clumps == 0) return 0;
  const auto more = random_.poisson(random_.gamma(static_cast<double>(clumps)) * (noise.clump - 1));
  return std::min(requests, clumps + more);
}

}  // namespace hotswap::sim
