#pragma once
// A deployment: its state is ONE variant, its targets stand in cohort order.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/health/judge.hpp"
#include "domain/rollout/fleet_fit.hpp"
#include "domain/rollout/plan.hpp"
#include "domain/semver/version.hpp"

namespace hotswap {

enum class TargetState {
  Waiting,      ///< its step has not come
  Assigned,     ///< desired is written, no answer yet
  Received,     ///< has the bytes
  Staged,       ///< holds the version beside the active one, checked
  Applied,      ///< runs the version
  Rejected,     ///< its own validator said no
  Failed,       ///< did not acknowledge in time
  Unreachable,  ///< vanished
  Restored      ///< runs its previous version again after a rollback
};

struct Target {
  InstanceId instance;
  std::string zone;
  std::optional<SemVer> previous;  ///< what it was told to run before
  bool offline_at_start = false;   ///< or before its step: not counted against the budget
  TargetState state = TargetState::Waiting;
  std::uint64_t generation = 0;  ///< of the last assignment made by this deployment
  WallTime since{};              ///< of `state`; Received keeps Assigned's, whose answer is due
  std::string reason;            ///< for Rejected, Failed
  bool operator==(const Target&) const = default;
};

enum class Phase { Assigning, Soaking, Judging, AwaitingPromotion, Baking };

struct Planned {
  bool operator==(const Planned&) const = default;
};
struct Running {
  std::size_t step = 0;
  Phase phase = Phase::Assigning;
  WallTime since{};  ///< of the phase
  bool operator==(const Running&) const = default;
};
struct Paused {
  Running at;          ///< continues here
  Duration elapsed{};  ///< of at.phase when paused, so that a soak is not cut short or restarted
  std::string reason;
  WallTime since{};
  bool operator==(const Paused&) const = default;
};
struct RollingBack {
  std::string reason;
  std::size_t step = 0;  ///< that was reached
  WallTime since{};
  bool operator==(const RollingBack&) const = default;
};
struct Succeeded {
  WallTime at{};
  bool operator==(const Succeeded&) const = default;
};
struct RolledBack {
  std::string reason;
  WallTime at{};
  bool operator==(const RolledBack&) const = default;
};
struct Failed {
  std::string reason;
  WallTime at{};
  bool operator==(const Failed&) const = default;
};
struct Cancelled {
  std::string reason;
  WallTime at{};
  bool operator==(const Cancelled&) const = default;
};
using DeploymentState =
    std::variant<Planned, Running, Paused, RollingBack, Succeeded, RolledBack, Failed, Cancelled>;

struct Deployment {
  DeploymentId id;
  ProfileName profile;
  ServiceName service;
  std::string environment;
  SemVer version;
  std::string hash;                       ///< of the version's content
  std::optional<SemVer> previous_stable;  ///< of the profile at the start
  Strategy strategy;
  HealthPolicy health;
  Plan plan;
  bool partial = false;  ///< `targets` were named: the profile's stable version does not move
  bool forced = false;
  std::string reason;  ///< of the person who started it
  std::string created_by;
  WallTime created_at{};
  DeploymentState state;
  std::optional<Sample> baseline;      ///< of all targets before the first assignment
  std::optional<Judgement> judgement;  ///< the last one; the one that failed, after a rollback
  std::uint64_t revision = 0;          ///< compare-and-swap token, +1 at every save
  std::string trace_id;
  FleetFit fit;                 ///< what the instances' own schemas said at the start
  std::vector<Target> targets;  ///< in cohort order; stored in rows of their own
};

[[nodiscard]] bool is_terminal(const DeploymentState& state);
/// `Planned`, `Running`, …
[[nodiscard]] std::string_view state_name(const DeploymentState& state);
[[nodiscard]] std::string_view to_string(TargetState state);
[[nodiscard]] std::optional<TargetState> target_state_from_string(std::string_view text);
[[nodiscard]] std::string_view to_string(Phase phase);
[[nodiscard]] json::Value to_json(const DeploymentState& state);  ///< {"name":"Running","step":0,…}
[[nodiscard]] Result<DeploymentState> deployment_state_from_json(const json::Value& value);
[[nodiscard]] std::size_t count(const Deployment& deployment, TargetState state);

}  // namespace hotswap
