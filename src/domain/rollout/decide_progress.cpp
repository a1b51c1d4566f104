#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

const Running& running(const Course& course) { return *position(course.state()); }

bool is_last(const Course& course) {
  return running(course).step + 1 == course.plan().steps.size();
}

void enter_phase(Course& course, Phase phase) {
  course.enter(Running{running(course).step, phase, course.now()});
}

/// Nobody of the step took the version; whether that is known by now.
bool pause_without_anybody(Course& course, const Settled& now) {
  if (!now.all) return false;
  pause_for(course, step_name(course) +
                        ": no instance could take the version (all are away or failed); resume "
                        "when they are back, or roll back");
  return true;
}

/// A step that switches asks for the traffic once its pool is ready, and waits for the router.
bool has_traffic(Course& course) {
  if (current_step(course).mode != AssignMode::Switch) return true;
  switch_traffic(course);
  const auto& pools = course.deployment().pools;
  return pools && pools->state == PoolSwitch::State::Switched;
}

bool finish_assigning(Course& course) {
  const auto now = settled(course);
  if (!now.present) return false;
  if (now.reached == 0) return pause_without_anybody(course, now);
  if (!has_traffic(course)) return false;
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
  const bool hooks = has_hooks(course.plan(), HookKind::EachStep);
  if (!step.judged && !hooks) {
    complete_step(course, false);
    return true;
  }
  enter_phase(course, Phase::Judging);
  static_cast<void>(hooks_passed(course));
  const auto asking = hooks ? " asking " + waiting_hooks(course.deployment()) : "";
  const auto judging = step.judged ? hooks ? " judging health and" : " judging health" : "";
  course.record("step.judging", step_name(course) + ":" + judging + asking, step_data(course, 0));
  return true;
}

bool is_judged_good(const Course& course) {
  if (!current_step(course).judged) return true;
  const auto& judgement = course.deployment().judgement;
  return judgement && judgement->overall == Outcome::Pass;
}

bool finish_judging(Course& course) {
  const bool passed = hooks_passed(course);
  if (is_judged_good(course)) {
    if (passed) complete_step(course, false);
    return passed;
  }
  const auto limit = judging_limit(course.deployment());
  if (course.now() < running(course).since + limit) return false;
  const auto& judgement = course.deployment().judgement;
  const bool failing = judgement && judgement->overall == Outcome::Fail;
  pause_for(course,
            fmt::format("{}: health {} within {}; promote, resume to go on judging, or roll "
                        "back",
                        step_name(course), failing ? "did not pass" : "could not be judged",
                        format_duration(limit)));
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
  course.assign(std::move(assign));
}

void succeed(Course& course) {
  deliver_to_stragglers(course);
  course.end(Succeeded{course.now()});
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

/// The gate before a step, or before the end; the next move once all its hooks have passed.
bool finish_confirming(Course& course) {
  if (!hooks_passed(course)) return false;
  if (is_at_the_end(course.deployment())) {
    succeed(course);
  } else {
    begin_step(course, running(course).step);
  }
  return true;
}

void confirm(Course& course, const std::string& what) {
  const auto message = what + " waits for " + waiting_hooks(course.deployment());
  course.record("step.confirming", message, step_data(course, 0));
  course.notify("info", message);
}

}  // namespace

void start(Course& course) {
  course.record("deployment.started", title(course.deployment()) + " goes to " +
                                          counted(course.targets().size(), "instance") + " in " +
                                          counted(course.plan().steps.size(), "step"));
  course.enter(Running{0, Phase::Confirming, course.now()});
  ask_hooks(course, HookKind::Rollback);
  enter_step(course, 0);
}

void enter_step(Course& course, std::size_t step) {
  course.enter(Running{step, Phase::Confirming, course.now()});
  if (hooks_passed(course)) return begin_step(course, step);
  confirm(course, step_name(course));
}

void begin_step(Course& course, std::size_t step) {
  course.enter(Running{step, Phase::Assigning, course.now()});
  course.set_tallies({});
  const auto added = assign_due(course);
  const auto& entered = current_step(course);
  const std::string_view verb = entered.mode == AssignMode::Stage      ? " stage it"
                                : entered.mode == AssignMode::Activate ? " switch to it"
                                : entered.mode == AssignMode::Switch   ? " take the traffic"
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
    finish_rollout(course);
  }
}

void finish_rollout(Course& course) {
  enter_phase(course, Phase::Confirming);
  if (ask_hooks(course, HookKind::ConfirmPromotion)) return succeed(course);
  confirm(course, "the end of the rollout");
}

void pause_for(Course& course, std::string reason) {
  course.record("deployment.paused", reason);
  course.notify("warning", "paused: " + reason);
  const auto at = running(course);
  // What was watched stays watched; a wait that ran out begins anew when somebody resumes.
  const bool watching = at.phase == Phase::Soaking || at.phase == Phase::Baking;
  const auto elapsed = watching ? course.now() - at.since : Duration::zero();
  course.enter(Paused{at, elapsed, std::move(reason), course.now()});
}

bool advance_running(Course& course) {
  if (begun_step(course.deployment()) == running(course).step)
    static_cast<void>(assign_due(course));
  expire_silent(course);
  if (roll_back_over_budget(course) || expire_waits(course)) return true;
  const auto at = running(course);
  switch (at.phase) {
    case Phase::Confirming:
      return finish_confirming(course);
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
      finish_rollout(course);
      return true;
  }
  return false;
}

}  // namespace hotswap::rollout
