#pragma once
// A deployment: its state is ONE variant, its targets stand in cohort order.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/health/budget.hpp"
#include "domain/health/judge.hpp"
#include "domain/rollout/approval.hpp"
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
  std::uint32_t attempts = 0;    ///< deliveries of the last assignment
  std::string reason;            ///< for Rejected, Failed
  bool operator==(const Target&) const = default;
};

/// Confirming: hooks are asked before the step; AwaitingPromotion: a person is.
enum class Phase { Confirming, Assigning, Soaking, Judging, AwaitingPromotion, Baking };

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
  /// Everybody confirmed then; health, and in pool mode the router, are awaited since.
  std::optional<WallTime> verifying{};
  /// Why health was still beyond its thresholds at the last look; empty: it is not known to be.
  std::string unhealthy{};
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

/// One hook of the strategy at one step: asked, repeated, answered.
struct HookCall {
  std::string hook;
  std::size_t step = 0;
  enum class State { Waiting, Passed, Failed } state = State::Waiting;
  std::uint32_t attempt = 0;  ///< calls made
  std::uint32_t failing = 0;  ///< of them refused or failed
  WallTime due{};             ///< of the next call, while Waiting
  std::string detail;         ///< of the last answer
  bool operator==(const HookCall&) const = default;
};

/// BlueGreen in pool mode.
struct PoolSwitch {
  std::string from;  ///< live at the start
  std::string to;
  enum class State { Before, Switching, Switched, SwitchingBack, Back } state = State::Before;
  std::uint64_t generation = 0;  ///< of the traffic resource, that was asked for last
  std::string error;             ///< why the router did not switch yet
  bool operator==(const PoolSwitch&) const = default;
};

/// Whether everybody could go back, found out before the first step.
struct RollbackProof {
  bool possible = true;
  std::size_t held = 0;        ///< targets that say they run their previous version's very content
  std::size_t fetchable = 0;   ///< that would have to fetch it again, and could
  std::size_t first_ever = 0;  ///< that ran nothing before: there is nothing to go back to
  std::vector<std::string> obstacles;  ///< in words; empty when possible
  bool operator==(const RollbackProof&) const = default;
};

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
  std::optional<WallTime> start_at;    ///< Planned until then; its targets are chosen anew then
  std::optional<Approval> approval;    ///< Planned until a second person said yes; nothing: no need
  std::optional<Baseline> baseline;    ///< before the first assignment
  std::optional<Judgement> judgement;  ///< the last one; the one that failed, after a rollback
  std::uint64_t revision = 0;          ///< compare-and-swap token, +1 at every save
  /// Raised by whoever takes it over; a node that drove it before finds its saves refused.
  std::uint64_t fence = 0;
  std::string trace_id;
  FleetFit fit;  ///< what the instances' own schemas said at the start
  RollbackProof proof;
  Tallies tallies;                   ///< of the step's judgements
  std::vector<HookCall> hook_calls;  ///< of every step so far
  std::optional<PoolSwitch> pools;   ///< pool mode only
  WallTime progressed_at{};          ///< last time that a target or the phase moved
  /// How its targets are chosen: `targets` and `onUnfit` of the request; null: all of the service.
  json::Value request;
  std::vector<Target> targets;  ///< in cohort order; stored in rows of their own
};

[[nodiscard]] bool is_terminal(const DeploymentState& state);
/// Planned, and a second person has not decided yet.
[[nodiscard]] bool awaits_approval(const Deployment& deployment);
/// `Planned`, `Running`, …
[[nodiscard]] std::string_view state_name(const DeploymentState& state);
[[nodiscard]] std::string_view to_string(TargetState state);
[[nodiscard]] std::optional<TargetState> target_state_from_string(std::string_view text);
[[nodiscard]] std::string_view to_string(Phase phase);
[[nodiscard]] json::Value to_json(const DeploymentState& state);  ///< {"name":"Running","step":0,…}
[[nodiscard]] Result<DeploymentState> deployment_state_from_json(const json::Value& value);
[[nodiscard]] json::Value to_json(const RollbackProof& proof);
[[nodiscard]] Result<RollbackProof> rollback_proof_from_json(const json::Value& value);
[[nodiscard]] json::Value to_json(const PoolSwitch& pools);
[[nodiscard]] Result<PoolSwitch> pool_switch_from_json(const json::Value& value);
[[nodiscard]] json::Value to_json(const HookCall& call);
[[nodiscard]] Result<HookCall> hook_call_from_json(const json::Value& value);
[[nodiscard]] std::size_t count(const Deployment& deployment, TargetState state);
/// Nobody who has the version has traffic yet: by pools, until the router confirmed the switch.
[[nodiscard]] bool is_idle(const Deployment& deployment);

}  // namespace hotswap
