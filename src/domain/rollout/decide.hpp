#pragma once
// The deployment state machine as a pure function: deployment and event in, next deployment and
// effects out. Level-triggered: the same event twice changes nothing the second time.

#include <variant>

#include "domain/rollout/deployment.hpp"

namespace hotswap {

// Commands may be refused with a reason (Conflict).
struct Promote {
  bool full = false;
  std::string by;
};  ///< skip the wait; full: to the last step
struct Pause {
  std::string reason;
  std::string by;
};
struct Resume {
  std::string by;
};
struct Cancel {
  std::string reason;
  std::string by;
};  ///< kept where it is
struct Rollback {
  std::string reason;
  std::string by;
};
/// The second person says yes. Forbidden `deployment.own_approval` for who asked.
struct Approve {
  std::string reason;
  std::string by;
};
/// Says no: Cancelled.
struct Reject {
  std::string reason;
  std::string by;
};

// Observations never are: stale ones are ignored.
struct Tick {};  ///< time has passed; Planned deployments start on it
struct TargetReport {
  InstanceId instance;
  std::uint64_t generation = 0;
  TargetState state = TargetState::Received;  ///< Received, Staged, Applied or Rejected
  std::string reason;
  std::optional<SemVer> version{};  ///< that it speaks of, if it said so
};
struct Reported {
  std::vector<TargetReport> reports;
};
struct Vanished {
  std::vector<InstanceId> instances;
};  ///< removed or degraded
struct Judged {
  Judgement judgement;
};
/// Of a call that due_hooks() asked for; an answer to another attempt than the one due is stale.
struct HookAnswered {
  std::string hook;
  std::size_t step = 0;
  std::uint32_t attempt = 0;
  bool passed = false;
  std::string detail;  ///< `503 Service Unavailable: queue is full`
};
/// The router carried out (or could not) what generation asked for.
struct TrafficSwitched {
  std::uint64_t generation = 0;
  bool ok = false;
  std::string detail;
};
/// The targets of a scheduled deployment, chosen at its start; taken while Planned only.
struct Prepared {
  std::vector<Target> targets;
  Plan plan;
  FleetFit fit;
  RollbackProof proof;
  std::optional<PoolSwitch> pools;
  std::optional<Baseline> baseline;
  bool partial = false;  ///< some are left out: the profile's stable version does not move
};
/// What large fleets were like before the first assignment; the first one counts.
struct BaselineMeasured {
  Baseline baseline;
};

using DeploymentEvent =
    std::variant<Promote, Pause, Resume, Cancel, Rollback, Approve, Reject, Tick, Reported,
                 Vanished, Judged, HookAnswered, TrafficSwitched, Prepared, BaselineMeasured>;

/// Write the desired assignment of these targets (indexes into `targets`). Whoever acts on it gives
/// each of them its new generation in `next.targets`; all of them stand in `changed_targets`.
struct Assign {
  std::vector<std::size_t> targets;
  AssignMode mode = AssignMode::Deliver;
  /// Rollback: each target's own `previous` instead of the deployment's version.
  bool restore = false;
  Duration spread{};
};
/// A line of the timeline. `kind` is a stable slug: deployment.planned, .started, step.assigning,
/// step.soaking, step.judging, step.awaiting_promotion, step.completed, target.rejected,
/// target.failed, target.unreachable, health.verdict, deployment.paused, .resumed, .promoted,
/// .baking, .succeeded, .cancelled, and the rollback's six: rollback.detected, rollback.alerted,
/// rollback.paused, rollback.started, rollback.verified, rollback.reported; deployment.failed.
/// Of gates and hooks: step.confirming, hook.passed, hook.failed, gate.timed_out; of pools:
/// approval.granted, .rejected, .expired;
/// traffic.switching, traffic.switched, traffic.not_switched; health.source_error; of targets:
/// target.retried, target.returned.
struct Record {
  std::string kind;
  std::string message;
  json::Value data;
};
struct Notify {
  std::string severity;
  std::string message;
};  ///< outbox: info, warning, critical
struct MarkVersionFailed {
  std::string reason;
};
struct MoveStable {};  ///< the profile's stable version becomes this one
/// The profile's stable version becomes previous_stable again (revert after success), and whoever
/// got this one without being a target gets that one, too.
struct RestoreStable {};
/// Everybody of the service who was not told to run the version gets it too: registered meanwhile,
/// or anew. Not those who refused it.
struct AssignRest {};

/// Pool mode: the service's traffic shall go to this pool; answered by TrafficSwitched. Whoever
/// acts on it sets `next.pools->generation`.
struct SwitchTraffic {
  std::string pool;
};
/// Outbox: a PostRollout hook of the strategy.
struct CallPostHook {
  std::string hook;
};

using Effect = std::variant<Assign, Record, Notify, MarkVersionFailed, MoveStable, RestoreStable,
                            AssignRest, SwitchTraffic, CallPostHook>;

struct Decision {
  Deployment next;  ///< revision unchanged: the store adds one
  std::vector<Effect> effects;
  std::vector<std::size_t> changed_targets;
  [[nodiscard]] bool nothing() const {
    return !state_changed && effects.empty() && changed_targets.empty();
  }
  bool state_changed = false;  ///< anything of the deployment's own row
};

/// `now` never runs backwards within one process. Refused commands: Conflict with reason
/// `deployment.not_active`, `deployment.not_paused`, `deployment.already_paused`, …
[[nodiscard]] Result<Decision> decide(const Deployment& deployment, const DeploymentEvent& event,
                                      WallTime now);

/// One call of a hook that is due now: POSTed with this as its body's `step` and `attempt`.
struct DueHook {
  Hook hook;
  std::size_t step = 0;
  std::uint32_t attempt = 0;  ///< of this call, from 1
};
/// Level-triggered: asked again until HookAnswered takes it; whoever calls keeps track of calls on
/// the way, and after a crash calls again.
[[nodiscard]] std::vector<DueHook> due_hooks(const Deployment& deployment, WallTime now);

/// When decide() or due_hooks() next has something to do without an outside event (deadline of ack,
/// soak, …); nothing if only an event can move it. Hooks due by `asked`, when due_hooks() was asked
/// last, do not count: their calls are on the way.
[[nodiscard]] std::optional<WallTime> next_deadline(const Deployment& deployment,
                                                    WallTime asked = WallTime::min());

}  // namespace hotswap
