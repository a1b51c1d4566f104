#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

std::string_view to_string(Trigger trigger) {
  switch (trigger) {
    case Trigger::Health:
      return "health";
    case Trigger::Failures:
      return "failures";
    case Trigger::Manual:
      return "manual";
    case Trigger::Gate:
      return "gate";
    case Trigger::Deadline:
      return "deadline";
    case Trigger::Hook:
      return "hook";
  }
  return "";
}

std::size_t assigned(const Course& course) {
  return course.targets().size() - count(course.deployment(), TargetState::Waiting);
}

json::Value evidence(const Course& course, Trigger trigger, const std::string& reason,
                     std::size_t step) {
  json::Object data;
  data.append("trigger", to_string(trigger));
  data.append("reason", reason);
  data.append("step", step);
  data.append("assigned", assigned(course));
  data.append("failures", failures(course.deployment()));
  data.append("failureBudget", course.plan().failure_budget);
  data.append("failedTargets", failed_targets(course));
  if (const auto& judgement = course.deployment().judgement) {
    data.append("judgement", to_json(*judgement));
  }
  return data;
}

std::size_t step_reached(const Course& course) {
  if (position(course.state()) != nullptr) return begun_step(course.deployment()).value_or(0);
  return std::holds_alternative<Succeeded>(course.state()) ? course.plan().steps.size() - 1 : 0;
}

/// A target that ran nothing before keeps what it holds; one that is away is not waited for.
TargetState restoring_state(const Target& target) {
  if (!target.previous) return TargetState::Restored;
  const bool away = target.state == TargetState::Unreachable ||
                    (target.offline_at_start && target.state == TargetState::Assigned);
  return away ? TargetState::Unreachable : TargetState::Assigned;
}

void restore_targets(Course& course) {
  Assign assign;
  assign.restore = true;
  for (std::size_t i = 0; i < course.targets().size(); ++i) {
    const auto& target = course.targets()[i];
    if (target.state == TargetState::Waiting) continue;
    assign.targets.push_back(i);
    course.set_target(i, restoring_state(target));
    course.set_target_since(i, course.now());
  }
  const auto count = assign.targets.size();
  course.record("rollback.started",
                counted(count, "instance") + " told to go back to what ran before");
  course.assign(std::move(assign));
}

}  // namespace

void start_rollback(Course& course, Trigger trigger, const std::string& reason) {
  const auto step = step_reached(course);
  const bool moved_stable =
      std::holds_alternative<Succeeded>(course.state()) && !course.deployment().partial;
  const bool anybody = assigned(course) > 0;
  course.record("rollback.detected", reason, evidence(course, trigger, reason, step));
  course.notify(trigger == Trigger::Manual ? "warning" : "critical", "rolling back: " + reason);
  course.record("rollback.alerted", "operators are told");
  course.record("rollback.paused",
                fmt::format("no further instance gets {}; {} of {} were told to run it",
                            title(course.deployment()), assigned(course), course.targets().size()));
  // What everybody runs by now needs no other pool; else the old one still has the old version.
  const bool reverted = std::holds_alternative<Succeeded>(course.state());
  course.enter(RollingBack{reason, step, course.now(), {}, {}});
  if (!reverted) switch_traffic_back(course);
  restore_targets(course);
  if (anybody) course.effect(MarkVersionFailed{reason});
  if (moved_stable) course.effect(RestoreStable{});
}

bool roll_back_over_budget(Course& course) {
  const auto failed = failures(course.deployment());
  if (course.plan().continue_on_failure || failed <= course.plan().failure_budget) return false;
  const auto first = std::ranges::find_if(course.targets(), [](const Target& target) {
    return has_failed(target) &&
           !(target.state == TargetState::Unreachable && target.offline_at_start);
  });
  start_rollback(course, Trigger::Failures,
                 fmt::format("{} of {} instances failed, {} tolerated; instance {}: {}", failed,
                             course.targets().size(), course.plan().failure_budget,
                             first->instance.str(), first->reason));
  return true;
}

bool advance_rollback(Course& course) {
  expire_silent(course);
  if (std::ranges::any_of(course.targets(), is_pending)) return false;
  const auto blocked = count(course.deployment(), TargetState::Failed) +
                       count(course.deployment(), TargetState::Rejected);
  if (blocked > 0) {
    fail_rollback(course, fmt::format("{} of {} instances did not confirm their previous version; "
                                      "it stays assigned to them, look at them yourself",
                                      blocked, assigned(course)));
    return true;
  }
  return verify(course);
}

}  // namespace hotswap::rollout
