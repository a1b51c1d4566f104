#pragma once
// One simulated deployment: a quarter of an hour of history, then the steps of the real plan, under
// one judge.

#include <cstdint>

#include "domain/rollout/strategy.hpp"
#include "sim/model/contender.hpp"
#include "sim/model/traffic.hpp"

namespace hotswap::sim {

struct Scenario {
  std::string name;
  Service service;
  Fault fault;
  Strategy strategy;  ///< Canary 10, 30, 50, 100 % by default
  /// As the orchestrator; where nothing is to be found, every other second is as good and faster.
  Duration look_at_most = std::chrono::milliseconds(200);
};

enum class End { Succeeded, RolledBack, Paused };

struct Run {
  End end = End::Succeeded;
  std::size_t step = 0;         ///< that was reached
  std::optional<double> after;  ///< seconds from the fault's onset to its end; not if it never came
  double lasted = 0;            ///< seconds since the start
  std::string why;
  [[nodiscard]] bool blamed() const { return end == End::RolledBack && (!after || *after < 0); }
  [[nodiscard]] bool detected() const { return end == End::RolledBack && after && *after >= 0; }
};

/// The same seed gives the same traffic to every judge.
[[nodiscard]] Run simulate(const Scenario& scenario, Judge judge, std::uint64_t seed);

/// When deployments start, in seconds since the simulation does.
inline constexpr double kHistory = 900;

}  // namespace hotswap::sim
