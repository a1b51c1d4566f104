#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

auto conflict(std::string reason, std::string detail) {
  return fail(ErrorCode::Conflict, std::move(reason), std::move(detail));
}

auto not_active(const Course& course) {
  return conflict("deployment.not_active", "this deployment is over: it is " +
                                               std::string(state_name(course.state())) +
                                               "; start another one");
}

auto not_started(const Course& course) {
  const auto& start = course.deployment().start_at;
  if (awaits_approval(course.deployment()))
    return conflict("deployment.awaits_approval",
                    "this deployment waits for a second person: somebody else among the profile's "
                    "operators approves it (hotswap approve), or cancel it");
  return conflict("deployment.not_started",
                  start && *start > course.now()
                      ? "this deployment starts at " + format_time(*start) +
                            "; promote it to start it now, or cancel it"
                      : "this deployment has not started yet; try again in a moment, or cancel it");
}

auto already_rolling_back() {
  return conflict("deployment.already_rolling_back", "this deployment is being rolled back");
}

/// What only a started, unfinished deployment may be told.
Result<void> require_position(const Course& course) {
  if (position(course.state()) != nullptr) return {};
  if (std::holds_alternative<Planned>(course.state())) return not_started(course);
  if (std::holds_alternative<RollingBack>(course.state())) return already_rolling_back();
  return not_active(course);
}

std::string by(const std::string& person) { return person.empty() ? "" : " by " + person; }

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

json::Value person_data(const std::string& person, const std::string& reason) {
  json::Object data;
  if (!person.empty()) data.append("by", person);
  if (!reason.empty()) data.append("reason", reason);
  return data;
}

/// Neither the phase nor those who owe an answer lose or gain time by a pause.
void continue_from(Course& course, const Paused& paused) {
  const auto length = course.now() - paused.since;
  for (std::size_t i = 0; i < course.targets().size(); ++i) {
    const auto& target = course.targets()[i];
    if (is_pending(target)) course.set_target_since(i, target.since + length);
  }
  auto at = paused.at;
  at.since = course.now() - paused.elapsed;
  course.enter(at);
}

Result<void> not_applied() {
  return conflict("deployment.step_not_applied",
                  "the instances of this step do not run the version yet; promote when they "
                  "do, or use \"full\": true to give it to everybody at once");
}

/// The wait of the phase is over because a person says so.
void skip_wait(Course& course, const Running& at, const std::string& person) {
  switch (at.phase) {
    case Phase::Assigning:
      return;  // refused before
    case Phase::Confirming:
    case Phase::Judging:
      // What waits at a gate goes on with the next transition.
      skip_hooks(course, "skipped" + by(person));
      if (at.phase == Phase::Judging) complete_step(course, true);
      return;
    case Phase::Soaking:
    case Phase::AwaitingPromotion:
      return complete_step(course, true);
    case Phase::Baking:
      return finish_rollout(course);
  }
}

/// The last step, but never past the switch of the traffic.
std::size_t full_step(const Course& course, const Running& at) {
  const auto& steps = course.plan().steps;
  for (std::size_t i = at.step + 1; i < steps.size(); ++i) {
    if (steps[i].mode == AssignMode::Switch) return i;
  }
  return steps.size() - 1;
}

/// Does not wait for the time of its start.
Result<void> start_now(Course& course, const Promote& command) {
  if (awaits_approval(course.deployment())) return not_started(course);
  if (course.plan().steps.empty()) return not_started(course);
  course.record("deployment.promoted", "started at once" + by(command.by),
                person_data(command.by, ""));
  start(course);
  if (command.full) begin_step(course, full_step(course, *position(course.state())));
  return {};
}

Result<void> may_revert(const Course& course, const Succeeded& succeeded) {
  if (course.now() <= succeeded.at + course.plan().revert_window) return {};
  return conflict("deployment.revert_expired",
                  "it succeeded at " + format_time(succeeded.at) + " and could be reverted for " +
                      format_duration(course.plan().revert_window) +
                      "; roll the configuration back to an earlier version instead");
}

}  // namespace

Result<void> promote(Course& course, const Promote& command) {
  if (std::holds_alternative<Planned>(course.state())) return start_now(course, command);
  if (auto may = require_position(course); !may) return may;
  if (const auto* paused = std::get_if<Paused>(&course.state())) {
    continue_from(course, Paused(*paused));
  }
  const auto at = *position(course.state());
  const auto last = full_step(course, at);
  const bool jumps = command.full && at.step < last;
  if (!jumps && at.phase == Phase::Assigning) return not_applied();
  const auto hooks = jumps ? std::string() : waiting_hooks(course.deployment());
  course.record("deployment.promoted",
                std::string(!jumps                                   ? "promoted"
                            : last + 1 == course.plan().steps.size() ? "promoted to the last step"
                                                                     : "promoted to the switch") +
                    by(command.by) + (hooks.empty() ? "" : " without waiting for " + hooks),
                person_data(command.by, ""));
  forgive_inconclusive(course);
  if (jumps) {
    begin_step(course, last);
  } else {
    skip_wait(course, at, command.by);
  }
  return {};
}

Result<void> pause(Course& course, const Pause& command) {
  if (auto may = require_position(course); !may) return may;
  const auto* running = std::get_if<Running>(&course.state());
  if (running == nullptr) {
    return conflict("deployment.already_paused", "this deployment is paused already");
  }
  const auto elapsed = course.now() - running->since;
  course.record("deployment.paused", "paused" + by(command.by) + because(command.reason),
                person_data(command.by, command.reason));
  course.enter(Paused{*running, elapsed, command.reason, course.now()});
  return {};
}

Result<void> resume(Course& course, const Resume& command) {
  const auto* paused = std::get_if<Paused>(&course.state());
  if (paused == nullptr) {
    if (is_terminal(course.state())) return not_active(course);
    return conflict("deployment.not_paused", "this deployment is not paused, it is " +
                                                 std::string(state_name(course.state())));
  }
  continue_from(course, Paused(*paused));
  forgive_inconclusive(course);
  course.record("deployment.resumed", "resumed" + by(command.by), person_data(command.by, ""));
  return {};
}

Result<void> cancel(Course& course, const Cancel& command) {
  if (is_terminal(course.state())) return not_active(course);
  if (std::holds_alternative<RollingBack>(course.state())) return already_rolling_back();
  const auto message =
      "cancelled" + by(command.by) + because(command.reason) + "; every instance stays where it is";
  course.end(Cancelled{command.reason, course.now()});
  course.record("deployment.cancelled", message, person_data(command.by, command.reason));
  course.notify("info", message);
  return {};
}

Result<void> roll_back(Course& course, const Rollback& command) {
  if (std::holds_alternative<RollingBack>(course.state())) return already_rolling_back();
  if (const auto* succeeded = std::get_if<Succeeded>(&course.state())) {
    if (auto may = may_revert(course, *succeeded); !may) return may;
  } else if (is_terminal(course.state())) {
    return not_active(course);
  }
  start_rollback(course, Trigger::Manual, "rolled back" + by(command.by) + because(command.reason));
  return {};
}

}  // namespace hotswap::rollout
