// Who is told what, how often, and how many at a time.
#include <algorithm>
#include <array>

#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

/// Told, silent, failed or gone, and not away from the start. Who refused still runs the old
/// version.
bool is_unavailable(const Target& target) {
  return !target.offline_at_start && (is_pending(target) || target.state == TargetState::Failed ||
                                      target.state == TargetState::Unreachable);
}

/// How many more may be told at this moment.
std::size_t room(const Course& course) {
  const auto& most = course.plan().safeguards.max_unavailable;
  if (!most) return course.targets().size();
  const auto limit = most->of(course.targets().size());
  const auto taken =
      static_cast<std::size_t>(std::ranges::count_if(course.targets(), is_unavailable));
  return limit - std::min(limit, taken);
}

/// Members of the step's cohort in that state, as many as there is room for.
std::vector<std::size_t> due_targets(const Course& course, TargetState state) {
  std::vector<std::size_t> due;
  auto left = room(course);
  const auto cohort = std::min(current_step(course).cohort, course.targets().size());
  for (std::size_t i = 0; i < cohort; ++i) {
    const auto& target = course.targets()[i];
    if (target.state != state) continue;
    if (!target.offline_at_start && left == 0) continue;
    if (!target.offline_at_start) --left;
    due.push_back(i);
  }
  return due;
}

/// Once a step activates, or traffic has moved, a copy beside the active one helps nobody.
AssignMode mode_again(const Course& course) {
  const auto step = begun_step(course.deployment());
  const bool staging = step && course.plan().steps.at(*step).mode == AssignMode::Stage;
  return staging ? AssignMode::Stage : AssignMode::Deliver;
}

bool is_restoring(const Course& course) {
  return std::holds_alternative<RollingBack>(course.state());
}

/// Away from the start, there now, and told often enough: what is desired stays written for it.
bool is_hopeless(const Course& course, const Target& target) {
  return target.offline_at_start && target.attempts > course.plan().safeguards.ack_retries + 1;
}

std::string silence(const Course& course, const Target& target) {
  const auto what = is_restoring(course) ? "did not confirm its previous version within "
                                         : "did not acknowledge within ";
  return what + format_duration(course.plan().ack_timeout) +
         (target.attempts > 1 ? ", told " + std::to_string(target.attempts) + " times" : "");
}

void give_up(Course& course, std::size_t index) {
  const auto& target = course.targets()[index];
  if (target.offline_at_start && !is_restoring(course)) {
    course.set_target(index, TargetState::Unreachable, "was away; converges when it returns");
    course.record_target("target.unreachable", index, "is away");
    return;
  }
  course.set_target(index, TargetState::Failed, silence(course, target));
  course.record_target("target.failed", index, course.targets()[index].reason);
}

}  // namespace

std::size_t assign_due(Course& course) {
  const auto& step = current_step(course);
  const bool activating = step.mode == AssignMode::Activate;
  Assign assign;
  assign.targets = due_targets(course, activating ? TargetState::Staged : TargetState::Waiting);
  assign.mode = step.mode == AssignMode::Switch ? AssignMode::Deliver : step.mode;
  assign.spread = step.delivery_spread;
  for (const auto index : assign.targets) {
    // Who activates has the bytes already; Received also keeps a repeated `staged` from asking
    // for the same activation again.
    course.set_target(index, activating ? TargetState::Received : TargetState::Assigned);
  }
  const auto count = assign.targets.size();
  course.assign(std::move(assign));
  return count;
}

void expire_silent(Course& course) {
  Assign again;
  again.restore = is_restoring(course);
  again.mode = mode_again(course);
  for (std::size_t i = 0; i < course.targets().size(); ++i) {
    const auto& target = course.targets()[i];
    if (!is_pending(target) || course.now() < ack_deadline(course.deployment(), target)) continue;
    // One that was away from the start converges when it is back: nobody waits for it.
    const bool away = target.offline_at_start && !is_restoring(course);
    if (away || target.attempts > course.plan().safeguards.ack_retries) {
      give_up(course, i);
      continue;
    }
    course.set_target_since(i, course.now());
    again.targets.push_back(i);
    course.record_target(
        "target.retried", i,
        "stayed silent for " + format_duration(course.plan().ack_timeout) + " and is told again");
  }
  course.assign(std::move(again), Course::Delivery::Again);
}

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

void welcome_back(Course& course, const std::vector<std::size_t>& returned) {
  std::array<Assign, 2> told;  // those who were there at the start, and those who were not
  for (const auto index : returned) {
    const auto& target = course.targets()[index];
    if (target.state == TargetState::Waiting) course.set_target_offline(index, false);
    if (target.state != TargetState::Unreachable || is_hopeless(course, target)) continue;
    // Who had nothing before is done with a rollback wherever it is.
    if (is_restoring(course) && !target.previous) {
      course.set_target(index, TargetState::Restored);
      continue;
    }
    told.at(target.offline_at_start ? 1 : 0).targets.push_back(index);
    course.set_target(index, TargetState::Assigned);
    course.record_target("target.returned", index, "is back and told again");
  }
  for (auto& assign : told) {
    assign.restore = is_restoring(course);
    assign.mode = mode_again(course);
  }
  course.assign(std::move(told[0]));
  course.assign(std::move(told[1]), Course::Delivery::Again);
}

}  // namespace hotswap::rollout
