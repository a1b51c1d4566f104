// Waits that end by themselves: gates that nobody answers, and steps that do not move.
#include <fmt/format.h>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

bool is_gate(const Deployment& deployment, const Running& running) {
  if (running.phase == Phase::AwaitingPromotion) return true;
  return running.phase == Phase::Confirming && waits_at_gate(deployment);
}

/// Soaks, bakes and gates are meant to last. Judging is bounded by the health policy, unless
/// hooks are awaited, or the strategy is less patient than the policy.
bool must_move(const Deployment& deployment, const Running& running) {
  switch (running.phase) {
    case Phase::Assigning:
      return true;
    case Phase::Judging:
      return !waiting_hooks(deployment).empty() ||
             deployment.plan.safeguards.progress_deadline < deployment.health.no_data_timeout;
    case Phase::Confirming:
      return !is_gate(deployment, running);
    case Phase::Soaking:
    case Phase::AwaitingPromotion:
    case Phase::Baking:
      return false;
  }
  return false;
}

/// `step 1 of 4 waited PT10M for promotion and nobody answered`
std::string unanswered(const Course& course, const Running& running) {
  const auto hooks = waiting_hooks(course.deployment());
  const auto what = running.phase == Phase::AwaitingPromotion ? "promotion" : "its hooks: " + hooks;
  return fmt::format("{} waited {} for {}; nobody answered in time", step_name(course),
                     format_duration(*course.plan().safeguards.gate_timeout), what);
}

void act_on_timeout(Course& course, const Running& running) {
  const auto what = unanswered(course, running);
  switch (course.plan().safeguards.on_gate_timeout) {
    case OnGateTimeout::Rollback:
      course.record("gate.timed_out", what, step_data(course, 0));
      return start_rollback(course, Trigger::Gate, what);
    case OnGateTimeout::Pause:
      course.record("gate.timed_out", what, step_data(course, 0));
      return pause_for(course, what + "; promote, resume to wait again, or roll back");
    case OnGateTimeout::Promote:
      course.record("gate.timed_out", what + ": promoted", step_data(course, 0));
      course.notify("warning", what + ": promoted");
      if (running.phase == Phase::AwaitingPromotion) return complete_step(course, true);
      skip_hooks(course, "skipped: nobody answered in time");
      return;
  }
}

/// What it is that does not move, with figures.
std::string standstill(const Course& course, const Running& running) {
  const auto& deployment = course.deployment();
  auto text = fmt::format("{} did not move for {} while {}", step_name(course),
                          format_duration(course.plan().safeguards.progress_deadline),
                          to_string(running.phase));
  if (const auto hooks = waiting_hooks(deployment); !hooks.empty()) {
    return text + ": waiting for " + hooks;
  }
  if (current_step(course).mode == AssignMode::Switch && deployment.pools) {
    const auto& error = deployment.pools->error;
    return text + ": the router did not switch to pool " + deployment.pools->to +
           (error.empty() ? "" : ": " + error);
  }
  return text + fmt::format(": {} of {} instances run the version, {} failed or are unreachable",
                            count(deployment, TargetState::Applied), current_step(course).cohort,
                            count(deployment, TargetState::Failed) +
                                count(deployment, TargetState::Unreachable));
}

}  // namespace

std::optional<WallTime> gate_deadline(const Deployment& deployment) {
  const auto* running = std::get_if<Running>(&deployment.state);
  const auto& timeout = deployment.plan.safeguards.gate_timeout;
  if (running == nullptr || !timeout || !is_gate(deployment, *running)) return std::nullopt;
  return running->since + *timeout;
}

std::optional<WallTime> progress_deadline(const Deployment& deployment) {
  const auto* running = std::get_if<Running>(&deployment.state);
  if (running == nullptr || !must_move(deployment, *running)) return std::nullopt;
  const auto moved = std::max(deployment.progressed_at, running->since);
  const auto& step = deployment.plan.steps.at(running->step);
  return moved + step.delivery_spread + deployment.plan.safeguards.progress_deadline;
}

bool expire_waits(Course& course) {
  const auto* running = std::get_if<Running>(&course.state());
  const auto gate = gate_deadline(course.deployment());
  if (gate && course.now() >= *gate) {
    act_on_timeout(course, Running(*running));
    return true;
  }
  const auto progress = progress_deadline(course.deployment());
  if (!progress || course.now() < *progress) return false;
  start_rollback(course, Trigger::Deadline, standstill(course, *running));
  return true;
}

}  // namespace hotswap::rollout
