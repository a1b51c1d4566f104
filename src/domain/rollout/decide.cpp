#include "domain/rollout/decide.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"
#include "domain/rollout/course.hpp"

namespace hotswap {
namespace {

using rollout::Course;

/// A scheduled deployment without targets waits until they are chosen.
bool may_start(const Course& course) {
  const auto& deployment = course.deployment();
  return std::holds_alternative<Planned>(deployment.state) && !deployment.plan.steps.empty() &&
         !awaits_approval(deployment) &&
         (!deployment.start_at || course.now() >= *deployment.start_at);
}

Result<void> take(Course& course, const DeploymentEvent& event) {
  return std::visit(
      Overloaded{[&](const Promote& command) { return rollout::promote(course, command); },
                 [&](const Pause& command) { return rollout::pause(course, command); },
                 [&](const Resume& command) { return rollout::resume(course, command); },
                 [&](const Cancel& command) { return rollout::cancel(course, command); },
                 [&](const Rollback& command) { return rollout::roll_back(course, command); },
                 [&](const Approve& command) { return rollout::approve(course, command); },
                 [&](const Reject& command) { return rollout::reject(course, command); },
                 [&](const Tick&) -> Result<void> {
                   rollout::expire_approval(course);
                   if (may_start(course)) rollout::start(course);
                   return {};
                 },
                 [&](const Reported& reported) -> Result<void> {
                   rollout::take_reports(course, reported);
                   return {};
                 },
                 [&](const Vanished& vanished) -> Result<void> {
                   rollout::take_vanished(course, vanished);
                   return {};
                 },
                 [&](const Judged& judged) -> Result<void> {
                   rollout::take_judgement(course, judged);
                   return {};
                 },
                 [&](const HookAnswered& answer) -> Result<void> {
                   rollout::take_answer(course, answer);
                   return {};
                 },
                 [&](const TrafficSwitched& switched) -> Result<void> {
                   rollout::take_switched(course, switched);
                   return {};
                 },
                 [&](const Prepared& prepared) -> Result<void> {
                   if (std::holds_alternative<Planned>(course.state())) course.replace(prepared);
                   return {};
                 },
                 [&](const BaselineMeasured& measured) -> Result<void> {
                   course.set_baseline(measured.baseline);
                   return {};
                 }},
      event);
}

/// One transition that is due; false if there is none.
bool advance(Course& course) {
  return std::visit(
      Overloaded{[](const Planned&) { return false; },
                 [&](const Running&) { return rollout::advance_running(course); },
                 [](const Paused&) { return false; },
                 [&](const RollingBack&) { return rollout::advance_rollback(course); },
                 [](const Succeeded&) { return false; }, [](const RolledBack&) { return false; },
                 [](const Failed&) { return false; }, [](const Cancelled&) { return false; }},
      course.state());
}

}  // namespace

Result<Decision> decide(const Deployment& deployment, const DeploymentEvent& event, WallTime now) {
  Course course(deployment, now);
  if (auto taken = take(course, event); !taken) return std::unexpected(taken.error());
  // Every pass moves on by a phase at least, once through the gate before the end, and a rollback
  // has one transition after its start.
  constexpr std::size_t kPhases = 6;
  const auto bound = (deployment.plan.steps.size() + 1) * kPhases + 4;
  std::size_t passes = 0;
  while (advance(course)) HS_ASSERT(++passes <= bound);
  return std::move(course).finish();
}

}  // namespace hotswap
