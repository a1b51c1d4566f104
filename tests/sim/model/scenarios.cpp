#include "sim/model/scenarios.hpp"

#include <algorithm>
#include <stdexcept>

namespace hotswap::sim {
namespace {

Scenario with(std::string name, Noise noise, double requests, double heartbeat = 5) {
  Scenario scenario;
  scenario.name = std::move(name);
  scenario.service.noise = noise;
  scenario.service.requests = requests;
  scenario.service.heartbeat = heartbeat;
  return scenario;
}

Scenario fleet_of(Scenario scenario, std::size_t instances) {
  scenario.service.instances = instances;
  scenario.look_at_most = std::chrono::seconds(1);
  return scenario;
}

Scenario odd(Scenario scenario, OddHost host) {
  scenario.service.odd = host;
  return scenario;
}

Scenario broken(Scenario scenario, const Fault& fault) {
  scenario.fault = fault;
  return scenario;
}

Noise with_incidents() {
  auto noise = typical();
  noise.incidents.per_hour = 6;
  return noise;
}

/// Troubles of single hosts that last longer than any test can tell from a fault at once.
Noise lasting() {
  auto noise = typical();
  noise.host.shortest = 10;
  noise.host.longest = 30;
  return noise;
}

Noise steep() {
  auto noise = typical();
  noise.ramp_per_hour = 8;
  return noise;
}

/// Steps that all leave somebody untreated.
Scenario half_only(Scenario scenario) {
  Custom custom;
  for (const double percent : {10.0, 30.0, 50.0}) {
    custom.steps.push_back({{percent, true}, std::chrono::minutes(5), false});
  }
  scenario.strategy.kind = custom;
  return scenario;
}

Scenario last_step_burst(Scenario scenario) {
  scenario.service.one_burst = kHistory + 16.0 * 60;
  return scenario;
}

Fault errors(double share) { return {.errors = share}; }

}  // namespace

std::vector<Scenario> healthy() {
  std::vector<Scenario> scenarios = {
      with("independent requests, 1,000 req/s", plain(), 1000),
      with("typical, 1 req/s", typical(), 1),
      with("typical, 10 req/s", typical(), 10),
      with("typical, 100 req/s", typical(), 100),
      with("typical, 1,000 req/s", typical(), 1000),
      with("typical, 10,000 req/s", typical(), 10'000),
      with("typical, 1,000 req/s, 30-s heartbeats", typical(), 1000, 30),
      fleet_of(with("typical, 1,000 req/s, 50 instances", typical(), 1000), 50),
      with("load grows 8-fold an hour, 1,000 req/s", steep(), 1000),
      half_only(with("outages of everybody, 6 an hour, up to 50 %", with_incidents(), 1000)),
      odd(with("the canary was bad before (+8 points, latency × 2)", typical(), 1000),
          OddHost::Bad),
      odd(with("the canary flaps (+30 points every other 30 s)", typical(), 1000),
          OddHost::Flapping),
  };
  for (auto& each : scenarios) each.look_at_most = std::chrono::seconds(2);
  return scenarios;
}

std::vector<Scenario> unlucky() {
  std::vector<Scenario> scenarios = {
      last_step_burst(with("an outage of everybody (+10 points, 60 s) at 100 %", typical(), 1000)),
      with("rough, 1,000 req/s", rough(), 1000),
      with("troubles of single hosts last 10 to 30 s, 4 an hour and host", lasting(), 1000),
      broken(with("a hiccup of 2 s at each swap (latency × 3)", typical(), 1000),
             {.latency = 3, .lasts = 2}),
  };
  for (auto& each : scenarios) each.look_at_most = std::chrono::seconds(2);
  return scenarios;
}

std::vector<Scenario> faulty() {
  const auto canary = [](Noise noise, double heartbeat = 5) {
    return with("", noise, 1000, heartbeat);  // 100 req/s at each of ten
  };
  const auto service = [](Noise noise, double heartbeat = 5) {
    return with("", noise, 100, heartbeat);
  };
  const auto named = [](std::string name, Scenario scenario, const Fault& fault) {
    scenario.name = std::move(name);
    return broken(std::move(scenario), fault);
  };
  return {
      named("+6 points, 100 req/s at the canary, independent", canary(plain()), errors(0.06)),
      named("+6 points, 100 req/s at the canary", canary(typical()), errors(0.06)),
      named("+6 points, 100 req/s at the canary, 30-s heartbeats", canary(typical(), 30),
            errors(0.06)),
      named("+6 points, 100 req/s over all ten, independent", service(plain()), errors(0.06)),
      named("+6 points, 100 req/s over all ten", service(typical()), errors(0.06)),
      named("+6 points, 100 req/s over all ten, 30-s heartbeats", service(typical(), 30),
            errors(0.06)),
      named("+6 points, rough traffic, 100 req/s at the canary", canary(rough()), errors(0.06)),
      named("+6 points, 10 of 100 instances, 1,000 req/s", fleet_of(canary(typical()), 100),
            errors(0.06)),
      named("+10 points, 100 req/s at the canary", canary(typical()), errors(0.1)),
      named("+50 points, 100 req/s at the canary", canary(typical()), errors(0.5)),
      named("+50 points, 1 req/s over all ten", with("", typical(), 1), errors(0.5)),
      named("+6 points from the 3rd minute on", canary(typical()), {.errors = 0.06, .delay = 180}),
      named("+30 points on one of three treated", canary(typical()),
            {.errors = 0.3, .only = std::size_t{2}}),
      named("p99 + 60 %, 100 req/s at the canary", canary(typical()), {.latency = 1.6}),
      named("p99 + 100 %, 100 req/s at the canary", canary(typical()), {.latency = 2}),
      named("p99 + 200 %, 100 req/s at the canary", canary(typical()), {.latency = 3}),
      named("20 % of the health checks fail", canary(typical()), {.checks = 0.2}),
      named("all health checks fail", canary(typical()), {.checks = 1}),
  };
}

Scenario scenario(std::string_view name) {
  for (const auto& list : {healthy(), unlucky(), faulty()}) {
    if (const auto found = std::ranges::find(list, name, &Scenario::name); found != list.end()) {
      return *found;
    }
  }
  throw std::out_of_range(std::string(name));
}

}  // namespace hotswap::sim
