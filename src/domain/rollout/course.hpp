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
  void set_judgement(std::optional<Judgement> judgement);
  /// A no-op if target `index` already is in that state for that reason.
  void set_target(std::size_t index, TargetState state, std::string reason = {});
  /// Moves the start of the target's current wait.
  void set_target_since(std::size_t index, WallTime since);
  /// An untouched target that went away is not expected to answer when its step comes.
  void set_target_offline(std::size_t index);

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

/// Where the deployment stands in its plan, if it is Running or Paused.
[[nodiscard]] const Running* position(const DeploymentState& state);

/// When a target that has been told something counts as silent.
[[nodiscard]] WallTime ack_deadline(const Deployment& deployment, const Target& target);
/// Assigned or Received: an answer is due.
[[nodiscard]] bool is_pending(const Target& target);
/// How long a step may stay Inconclusive before a person is asked. The judge turns missing data
/// into a verdict at noDataTimeout; a little longer lets it speak first.
[[nodiscard]] Duration judging_limit(const Deployment& deployment);
/// Targets that count against the failure budget.
[[nodiscard]] std::size_t failures(const Deployment& deployment);

// ---- decide_commands.cpp: refused with a Conflict, or done
[[nodiscard]] Result<void> promote(Course& course, const Promote& command);
[[nodiscard]] Result<void> pause(Course& course, const Pause& command);
[[nodiscard]] Result<void> resume(Course& course, const Resume& command);
[[nodiscard]] Result<void> cancel(Course& course, const Cancel& command);
[[nodiscard]] Result<void> roll_back(Course& course, const Rollback& command);

// ---- decide_observations.cpp: stale ones change nothing
void take_reports(Course& course, const Reported& reported);
void take_vanished(Course& course, const Vanished& vanished);
void take_judgement(Course& course, const Judged& judged);

// ---- decide_progress.cpp
/// Planned → the first step.
void start(Course& course);
/// Begins a step: writes the assignments of those who do not have the version yet.
void enter_step(Course& course, std::size_t step);
/// The step is done: awaits promotion (unless `promoted`), or goes to the next step, to the bake,
/// or succeeds.
void complete_step(Course& course, bool promoted);
void succeed(Course& course);
void pause_for(Course& course, std::string reason);
/// Every transition of Running that is due; false if there was none.
[[nodiscard]] bool advance_running(Course& course);

// ---- decide_rollback.cpp
enum class Trigger { Health, Failures, Manual };
void start_rollback(Course& course, Trigger trigger, const std::string& reason);
/// Starts a rollback if more targets failed than the plan tolerates; whether it did.
bool roll_back_over_budget(Course& course);
[[nodiscard]] bool advance_rollback(Course& course);

}  // namespace hotswap::rollout
