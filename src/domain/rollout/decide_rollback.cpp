#include <fmt/format.h>

#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

constexpr std::size_t kTargetsNamed = 20;  ///< in one event's data

std::string_view to_string(Trigger trigger) {
  switch (trigger) {
    case Trigger::Health:
      return "health";
    case Trigger::Failures:
      return "failures";
    case Trigger::Manual:
      return "manual";
  }
  return "";
}

bool has_failed(const Target& target) {
  return target.state == TargetState::Failed || target.state == TargetState::Rejected ||
         target.state == TargetState::Unreachable;
}

json::Value failed_targets(const Course& course) {
  json::Array items;
  for (const auto& target : course.targets()) {
    if (!has_failed(target)) continue;
    if (items.size() == kTargetsNamed) break;
    json::Object item;
    item.append("instance", target.instance.str());
    item.append("state", hotswap::to_string(target.state));
    item.append("reason", target.reason);
    items.emplace_back(std::move(item));
  }
  return items;
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
  if (const auto* at = position(course.state())) return at->step;
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
  if (count > 0) course.effect(std::move(assign));
}

void expire_silent(Course& course) {
  for (std::size_t i = 0; i < course.targets().size(); ++i) {
    const auto& target = course.targets()[i];
    if (!is_pending(target) || course.now() < ack_deadline(course.deployment(), target)) continue;
    course.set_target(i, TargetState::Failed,
                      "did not confirm its previous version within " +
                          format_duration(course.plan().ack_timeout));
    course.record_target("target.failed", i, course.targets()[i].reason);
  }
}

void fail_rollback(Course& course, const RollingBack& state, std::size_t blocked) {
  const auto message = fmt::format(
      "the rollback could not be verified: {} of {} instances did not confirm their previous "
      "version; it stays assigned to them, look at them yourself",
      blocked, assigned(course));
  json::Object data;
  data.append("reason", state.reason);
  data.append("failedTargets", failed_targets(course));
  course.enter(Failed{state.reason + "; " + message, course.now()});
  course.record("deployment.failed", message, std::move(data));
  course.notify("critical", message);
}

/// Who runs what after the rollback, in one sentence.
std::string outcome(const Course& course, const std::string& took) {
  const auto restored = count(course.deployment(), TargetState::Restored);
  const auto away = count(course.deployment(), TargetState::Unreachable);
  const auto first_ever =
      static_cast<std::size_t>(std::ranges::count_if(course.targets(), [](const Target& target) {
        return target.state == TargetState::Restored && !target.previous;
      }));
  std::string text =
      counted(restored - first_ever, "instance") + " back on the previous version after " + took;
  if (first_ever > 0) text += fmt::format("; {} had none and keep what they hold", first_ever);
  if (away > 0) text += fmt::format("; {} away, converging on return", away);
  return text;
}

void verify_rollback(Course& course, const RollingBack& state) {
  const auto took = format_duration(course.now() - state.since);
  json::Object data;
  data.append("reason", state.reason);
  data.append("step", state.step);
  data.append("restored", count(course.deployment(), TargetState::Restored));
  data.append("unreachable", count(course.deployment(), TargetState::Unreachable));
  data.append("took", took);
  if (const auto& judgement = course.deployment().judgement) {
    data.append("judgement", to_json(*judgement));
  }
  course.enter(RolledBack{state.reason, course.now()});
  course.record("rollback.verified", outcome(course, took));
  course.record("rollback.reported", "the report of this rollback is ready", std::move(data));
  course.notify("info", fmt::format("rolled back and verified after {}", took));
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
  course.record("rollback.paused", "no further instance gets " + title(course.deployment()));
  course.enter(RollingBack{reason, step, course.now(), {}, {}});
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
  const auto state = std::get<RollingBack>(course.state());
  if (blocked > 0) {
    fail_rollback(course, state, blocked);
  } else {
    verify_rollback(course, state);
  }
  return true;
}

}  // namespace hotswap::rollout
