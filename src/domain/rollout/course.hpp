#pragma once
// The deployment while decide() changes it: gathers the next state, what it changed and the
// effects. Internal to domain/rollout.

#include <set>

#include "domain/base/overloaded.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap::rollout {

class Course {
 public:
  Course(const Deployment& deployment, WallTime now) : now_(now) { decision_.next = deployment; }

  [[nodiscard]] const Deployment& deployment() const { return decision_.next; }
  [[nodiscard]] const DeploymentState& state() const { return decision_.next.state; }
  [[nodiscard]] const std::vector<Target>& targets() const { return decision_.next.targets; }
  [[nodiscard]] const Plan& plan() const { return decision_.next.plan; }
  [[nodiscard]] WallTime now() const { return now_; }
  void enter(DeploymentState state);
  /// Enters a terminal state; the PostRollout hooks are called.
  void end(DeploymentState state);
  /// A wait that is not a phase begins anew: somebody or something moved on.
  void progress();
  void set_judgement(std::optional<Judgement> judgement);
  void set_tallies(Tallies tallies);
  void set_pools(PoolSwitch pools);
  void set_approval(Approval approval);
  void set_baseline(const Baseline& baseline);  ///< the first one counts
  void start_from(WallTime time);  ///< Planned until then, when its targets are chosen anew
  /// Replaces the call of that hook at that step (any step for Rollback hooks), or adds it.
  void put_call(HookCall call);
  /// The targets of a deployment that has not begun, and what was found out about them.
  void replace(const Prepared& prepared);
  /// A no-op if target `index` already is in that state for that reason.
  void set_target(std::size_t index, TargetState state, std::string reason = {});
  /// Moves the start of the target's current wait.
  void set_target_since(std::size_t index, WallTime since);
  /// An untouched target that went away is not expected to answer when its step comes.
  void set_target_offline(std::size_t index, bool offline);

  enum class Delivery { First, Again };
  /// The effect, and what it means for its targets' deliveries; nothing for nobody.
  void assign(Assign assign, Delivery delivery = Delivery::First);

  void record(std::string kind, std::string message, json::Value data = {});
  /// A line about one target, with its instance and reason as data.
  void record_target(std::string kind, std::size_t index, const std::string& what);
  void notify(std::string severity, std::string message);
  void effect(Effect effect);

  [[nodiscard]] Decision finish() &&;

 private:
  Decision decision_;
  std::set<std::size_t> changed_;
  WallTime now_;
};

/// `payment-service.production 1.2.0`: what people call this deployment.
[[nodiscard]] std::string title(const Deployment& deployment);

/// `1 instance`, `2 instances`
[[nodiscard]] std::string counted(std::size_t count, const std::string& noun);

/// Whether the call is of a Rollback hook, which is polled all along.
[[nodiscard]] bool is_polled(const Deployment& deployment, const HookCall& call);

/// Where the deployment stands in its plan, if it is Running or Paused.
[[nodiscard]] const Running* position(const DeploymentState& state);

/// When a target that has been told something counts as silent.
[[nodiscard]] WallTime ack_deadline(const Deployment& deployment, const Target& target);
/// Assigned or Received: an answer is due.
[[nodiscard]] bool is_pending(const Target& target);
/// Neither runs what it was told nor is about to.
[[nodiscard]] bool has_failed(const Target& target);
/// How long a step may stay Inconclusive before a person is asked. The judge turns missing data
/// into a verdict at noDataTimeout; a little longer lets it speak first.
[[nodiscard]] Duration judging_limit(const Deployment& deployment);
/// Targets that count against the failure budget.
[[nodiscard]] std::size_t failures(const Deployment& deployment);
/// The step that runs; only with a position.
[[nodiscard]] const Step& current_step(const Course& course);
/// The last step that anybody was told something in: at the gate before a step, the one before.
/// Nothing before the first.
[[nodiscard]] std::optional<std::size_t> begun_step(const Deployment& deployment);
/// `step 1 of 4`
[[nodiscard]] std::string step_name(const Course& course);
/// What every event of a step carries.
[[nodiscard]] json::Value step_data(const Course& course, std::size_t added);

// ---- decide_commands.cpp: refused with a Conflict, or done
[[nodiscard]] Result<void> promote(Course& course, const Promote& command);
[[nodiscard]] Result<void> pause(Course& course, const Pause& command);
[[nodiscard]] Result<void> resume(Course& course, const Resume& command);
[[nodiscard]] Result<void> cancel(Course& course, const Cancel& command);
[[nodiscard]] Result<void> roll_back(Course& course, const Rollback& command);

// ---- decide_approval.cpp
[[nodiscard]] Result<void> approve(Course& course, const Approve& command);
[[nodiscard]] Result<void> reject(Course& course, const Reject& command);
/// Cancels what waited too long for a second person.
void expire_approval(Course& course);

// ---- decide_observations.cpp: stale ones change nothing
void take_reports(Course& course, const Reported& reported);
void take_vanished(Course& course, const Vanished& vanished);

// ---- decide_health.cpp
void take_judgement(Course& course, const Judged& judged);
/// A person, or a gate, decided to go on: what could not be judged is counted anew.
void forgive_inconclusive(Course& course);

// ---- decide_assigning.cpp
/// Writes the assignments that the step owes and maxUnavailable allows; how many.
std::size_t assign_due(Course& course);
/// Delivers again to those who stayed silent, or gives them up.
void expire_silent(Course& course);
struct Settled {
  std::size_t reached = 0;  ///< have done what the step asks
  bool present = true;      ///< nobody of those who were there is still to answer
  bool all = true;          ///< nor anybody else
};
[[nodiscard]] Settled settled(const Course& course);
/// They gave a sign of life without running what they were told; who was away is told again.
void welcome_back(Course& course, const std::vector<std::size_t>& returned);

// ---- decide_progress.cpp
/// Planned → the first step.
void start(Course& course);
/// A step's gate of hooks, or the step itself.
void enter_step(Course& course, std::size_t step);
/// Begins a step: writes the assignments of those who do not have the version yet.
void begin_step(Course& course, std::size_t step);
/// The step is done: awaits promotion (unless `promoted`), or goes to the next step, to the bake,
/// or to the end.
void complete_step(Course& course, bool promoted);
/// Asks the hooks that confirm a promotion, if there are any; then succeeds.
void finish_rollout(Course& course);
void pause_for(Course& course, std::string reason);
/// Every transition of Running that is due; false if there was none.
[[nodiscard]] bool advance_running(Course& course);

// ---- decide_hooks.cpp
void take_answer(Course& course, const HookAnswered& answer);
[[nodiscard]] bool has_hooks(const Plan& plan, HookKind kind);
/// Begins to ask the hooks of that kind at the current step; whether all of them have passed.
bool ask_hooks(Course& course, HookKind kind);
/// Whether every hook has passed that this phase asks; the next kind is asked once one is done.
bool hooks_passed(Course& course);
/// Goes on without the hooks that are waited for; `why` is kept as their answer.
void skip_hooks(Course& course, const std::string& why);
/// Whether the hooks that are asked are those that confirm the promotion.
[[nodiscard]] bool is_at_the_end(const Deployment& deployment);
/// `a, b`: who is waited for; empty if nobody.
[[nodiscard]] std::string waiting_hooks(const Deployment& deployment);
/// Whether a hook that gates (it does not count failures) is waited for.
[[nodiscard]] bool waits_at_gate(const Deployment& deployment);
/// The next call after `asked`.
[[nodiscard]] std::optional<WallTime> hook_deadline(const Deployment& deployment, WallTime asked);

// ---- decide_gates.cpp
/// When nobody's answer is awaited any longer, and when standing still is taken for a failure.
[[nodiscard]] std::optional<WallTime> gate_deadline(const Deployment& deployment);
[[nodiscard]] std::optional<WallTime> progress_deadline(const Deployment& deployment);
/// Acts on either deadline; whether one was due.
bool expire_waits(Course& course);

// ---- decide_traffic.cpp
/// Asks for the traffic to go to the new pool, once.
void switch_traffic(Course& course);
/// Asks for it to come back, if it was or is being switched.
void switch_traffic_back(Course& course);
void take_switched(Course& course, const TrafficSwitched& switched);
/// A rollback has the traffic where it was (or it never left).
[[nodiscard]] bool traffic_is_home(const Deployment& deployment);

// ---- decide_rollback.cpp
enum class Trigger { Health, Failures, Manual, Gate, Deadline, Hook };
void start_rollback(Course& course, Trigger trigger, const std::string& reason);
/// Starts a rollback if more targets failed than the plan tolerates; whether it did.
bool roll_back_over_budget(Course& course);
[[nodiscard]] bool advance_rollback(Course& course);

// ---- decide_verify.cpp
/// Everybody confirmed: looks at the router and at health until the rollback is verified or failed;
/// whether it ended.
[[nodiscard]] bool verify(Course& course);
/// Health while a rollback is verified.
void take_verification(Course& course, const Judgement& judgement);
/// Ends a rollback that could not be verified.
void fail_rollback(Course& course, const std::string& why);
/// Instances that are not as they were: named in the data of events, at most 20.
[[nodiscard]] json::Value failed_targets(const Course& course);
/// What the deciding criteria say that gave the judgement its outcome, `: a; b`; empty for Pass.
[[nodiscard]] std::string reasons(const Judgement& judgement);

}  // namespace hotswap::rollout
