#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

const Running& running(const Course& course) { return *position(course.state()); }

const Step& current_step(const Course& course) {
  return course.plan().steps.at(running(course).step);
}

bool is_last(const Course& course) {
  return running(course).step + 1 == course.plan().steps.size();
}

void enter_phase(Course& course, Phase phase) {
  course.enter(Running{running(course).step, phase, course.now()});
}

/// `step 1 of 4`
std::string step_name(const Course& course) {
  return fmt::format("step {} of {}", running(course).step + 1, course.plan().steps.size());
}

json::Value step_data(const Course& course, std::size_t added) {
  const auto& step = current_step(course);
  json::Object data;
  data.append("step", running(course).step);
  data.append("steps", course.plan().steps.size());
  data.append("cohort", step.cohort);
  data.append("targets", course.targets().size());
  data.append("percentage", step.percentage);
  data.append("added", added);
  return data;
}

/// Writes the assignments that this step owes: new members of the cohort, or, when activating,
/// everybody who holds a staged copy by now.
std::size_t assign_due(Course& course) {
  const auto& step = current_step(course);
  const bool activating = step.mode == AssignMode::Activate;
  const auto due = activating ? TargetState::Staged : TargetState::Waiting;
  Assign assign;
  assign.mode = step.mode;
  assign.spread = step.delivery_spread;
  for (std::size_t i = 0; i < std::min(step.cohort, course.targets().size()); ++i) {
    if (course.targets()[i].state == due) assign.targets.push_back(i);
  }
  const auto count = assign.targets.size();
  if (count == 0) return 0;
  for (const auto index : assign.targets) {
    // Who activates has the bytes already; Received also keeps a repeated `staged` from asking
    // for the same activation again.
    course.set_target(index, activating ? TargetState::Received : TargetState::Assigned);
  }
  course.effect(std::move(assign));
  return count;
}

void expire_silent(Course& course) {
  for (std::size_t i = 0; i < course.targets().size(); ++i) {
    const auto& target = course.targets()[i];
    if (!is_pending(target) || course.now() < ack_deadline(course.deployment(), target)) continue;
    if (target.offline_at_start) {
      course.set_target(i, TargetState::Unreachable, "was away; converges when it returns");
      course.record_target("target.unreachable", i, "is away");
    } else {
      course.set_target(i, TargetState::Failed,
                        "did not acknowledge within " + format_duration(course.plan().ack_timeout));
      course.record_target("target.failed", i, course.targets()[i].reason);
    }
  }
}

struct Settled {
  std::size_t reached = 0;  ///< have done what the step asks
  bool present = true;      ///< nobody of those who were there is still to answer
  bool all = true;          ///< nor anybody else
};

Settled settled(const Course& course) {
  const auto& step = current_step(course);
  const bool staging = step.mode == AssignMode::Stage;
  Settled result;
  for (std::size_t i = 0; i < std::min(step.cohort, course.targets().size()); ++i) {
    const auto& target = course.targets()[i];
    const bool reached =
        target.state == TargetState::Applied || (staging && target.state == TargetState::Staged);
    const bool given_up = target.state == TargetState::Failed ||
                          target.state == TargetState::Rejected ||
                          target.state == TargetState::Unreachable;
    if (reached) ++result.reached;
    if (reached || given_up) continue;
    result.all = false;
    if (!target.offline_at_start) result.present = false;
  }
  return result;
}

bool finish_assigning(Course& course) {
  const auto now = settled(course);
  if (!now.present) return false;
  if (now.reached == 0) {
    if (!now.all) return false;
    pause_for(course, step_name(course) +
                          ": no instance could take the version (all are away or failed); resume "
                          "when they are back, or roll back");
    return true;
  }
  const auto& step = current_step(course);
  // From here on a verdict speaks of this step's cohort; an older one must not stand in for it.
  course.set_judgement(std::nullopt);
  enter_phase(course, Phase::Soaking);
  if (step.soak > Duration::zero()) {
    course.record("step.soaking",
                  fmt::format("{}: {} of {} run the version; watching for {}", step_name(course),
                              now.reached, step.cohort, format_duration(step.soak)),
                  step_data(course, 0));
  }
  return true;
}

bool finish_soaking(Course& course) {
  const auto& step = current_step(course);
  if (course.now() < running(course).since + step.soak) return false;
  if (!step.judged) {
    complete_step(course, false);
    return true;
  }
  enter_phase(course, Phase::Judging);
  course.record("step.judging", step_name(course) + ": judging health", step_data(course, 0));
  return true;
}

bool finish_judging(Course& course) {
  const auto& judgement = course.deployment().judgement;
  if (judgement && judgement->overall == Outcome::Pass) {
    complete_step(course, false);
    return true;
  }
  const auto limit = judging_limit(course.deployment());
  if (course.now() < running(course).since + limit) return false;
  pause_for(course, fmt::format("{}: health could not be judged within {}; promote, resume to go "
                                "on judging, or roll back",
                                step_name(course), format_duration(limit)));
  return true;
}

/// Who could not be reached while only staging must not wait for an activation that is past.
void deliver_to_stragglers(Course& course) {
  if (course.plan().steps.front().mode != AssignMode::Stage) return;
  Assign assign;
  for (std::size_t i = 0; i < course.targets().size(); ++i) {
    const auto state = course.targets()[i].state;
    if (state != TargetState::Applied && state != TargetState::Rejected)
      assign.targets.push_back(i);
  }
  if (!assign.targets.empty()) course.effect(std::move(assign));
}

}  // namespace

void start(Course& course) {
  course.record("deployment.started", title(course.deployment()) + " goes to " +
                                          counted(course.targets().size(), "instance") + " in " +
                                          counted(course.plan().steps.size(), "step"));
  enter_step(course, 0);
}

void enter_step(Course& course, std::size_t step) {
  course.enter(Running{step, Phase::Assigning, course.now()});
  const auto added = assign_due(course);
  const auto& entered = current_step(course);
  const std::string_view verb = entered.mode == AssignMode::Stage      ? " stage it"
                                : entered.mode == AssignMode::Activate ? " switch to it"
                                                                       : "";
  course.record("step.assigning",
                fmt::format("{}: {} of {} instances ({:.3g} %){}", step_name(course),
                            entered.cohort, course.targets().size(), entered.percentage, verb),
                step_data(course, added));
}

void complete_step(Course& course, bool promoted) {
  if (current_step(course).gate == Gate::Manual && !promoted) {
    enter_phase(course, Phase::AwaitingPromotion);
    const auto message = step_name(course) + " waits for promotion";
    course.record("step.awaiting_promotion", message, step_data(course, 0));
    course.notify("info", message);
    return;
  }
  course.record("step.completed", step_name(course) + " is complete", step_data(course, 0));
  if (!is_last(course)) {
    enter_step(course, running(course).step + 1);
  } else if (course.plan().bake > Duration::zero()) {
    enter_phase(course, Phase::Baking);
    course.record("deployment.baking", "all steps are complete; health is watched for another " +
                                           format_duration(course.plan().bake));
  } else {
    succeed(course);
  }
}

void succeed(Course& course) {
  deliver_to_stragglers(course);
  course.enter(Succeeded{course.now()});
  if (!course.deployment().partial) {
    course.effect(MoveStable{});
    course.effect(AssignRest{});
  }
  const auto applied = count(course.deployment(), TargetState::Applied);
  const auto message =
      fmt::format("succeeded: {} of {} instances run it", applied, course.targets().size());
  course.record("deployment.succeeded", title(course.deployment()) + " " + message);
  course.notify("info", message);
}

void pause_for(Course& course, std::string reason) {
  course.record("deployment.paused", reason);
  course.notify("warning", "paused: " + reason);
  const auto at = running(course);
  course.enter(Paused{at, Duration::zero(), std::move(reason), course.now()});
}

bool advance_running(Course& course) {
  assign_due(course);
  expire_silent(course);
  if (roll_back_over_budget(course)) return true;
  const auto at = running(course);
  switch (at.phase) {
    case Phase::Confirming:
      return false;
    case Phase::Assigning:
      return finish_assigning(course);
    case Phase::Soaking:
      return finish_soaking(course);
    case Phase::Judging:
      return finish_judging(course);
    case Phase::AwaitingPromotion:
      return false;
    case Phase::Baking:
      if (course.now() < at.since + course.plan().bake) return false;
      succeed(course);
      return true;
  }
  return false;
}

}  // namespace hotswap::rollout
