#include "domain/rollout/decide.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"
#include "domain/rollout/course.hpp"

namespace hotswap {
namespace {

using rollout::Course;

Result<void> take(Course& course, const DeploymentEvent& event) {
  return std::visit(
      Overloaded{[&](const Promote& command) { return rollout::promote(course, command); },
                 [&](const Pause& command) { return rollout::pause(course, command); },
                 [&](const Resume& command) { return rollout::resume(course, command); },
                 [&](const Cancel& command) { return rollout::cancel(course, command); },
                 [&](const Rollback& command) { return rollout::roll_back(course, command); },
                 [&](const Tick&) -> Result<void> {
                   if (std::holds_alternative<Planned>(course.state())) rollout::start(course);
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
                 [](const HookAnswered&) -> Result<void> { return {}; },
                 [](const TrafficSwitched&) -> Result<void> { return {}; },
                 [](const Prepared&) -> Result<void> { return {}; }},
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

/// The earliest answer that is due.
std::optional<WallTime> first_ack_deadline(const Deployment& deployment) {
  std::optional<WallTime> first;
  for (const auto& target : deployment.targets) {
    if (!rollout::is_pending(target)) continue;
    const auto deadline = rollout::ack_deadline(deployment, target);
    first = first ? std::min(*first, deadline) : deadline;
  }
  return first;
}

std::optional<WallTime> phase_deadline(const Deployment& deployment, const Running& running) {
  switch (running.phase) {
    case Phase::Confirming:
    case Phase::Assigning:
      return std::nullopt;
    case Phase::Soaking:
      return running.since + deployment.plan.steps.at(running.step).soak;
    case Phase::Judging:
      return running.since + rollout::judging_limit(deployment);
    case Phase::AwaitingPromotion:
      return std::nullopt;
    case Phase::Baking:
      return running.since + deployment.plan.bake;
  }
  return std::nullopt;
}

std::optional<WallTime> running_deadline(const Deployment& deployment, const Running& running) {
  const auto phase = phase_deadline(deployment, running);
  const auto ack = first_ack_deadline(deployment);
  if (phase && ack) return std::min(*phase, *ack);
  return phase ? phase : ack;
}

}  // namespace

Result<Decision> decide(const Deployment& deployment, const DeploymentEvent& event, WallTime now) {
  Course course(deployment, now);
  if (auto taken = take(course, event); !taken) return std::unexpected(taken.error());
  // Every pass moves on by a phase at least, and a rollback has one transition after its start.
  constexpr std::size_t kPhases = 5;
  const auto bound = (deployment.plan.steps.size() + 1) * kPhases + 2;
  std::size_t passes = 0;
  while (advance(course)) HS_ASSERT(++passes <= bound);
  return std::move(course).finish();
}

std::vector<DueHook> due_hooks(const Deployment&, WallTime) { return {}; }

std::optional<WallTime> next_deadline(const Deployment& deployment, WallTime) {
  using Deadline = std::optional<WallTime>;
  return std::visit(
      Overloaded{
          [&](const Planned&) -> Deadline { return deployment.created_at; },
          [&](const Running& running) -> Deadline { return running_deadline(deployment, running); },
          [](const Paused&) -> Deadline { return std::nullopt; },
          [&](const RollingBack&) -> Deadline { return first_ack_deadline(deployment); },
          [](const Succeeded&) -> Deadline { return std::nullopt; },
          [](const RolledBack&) -> Deadline { return std::nullopt; },
          [](const Failed&) -> Deadline { return std::nullopt; },
          [](const Cancelled&) -> Deadline { return std::nullopt; }},
      deployment.state);
}

}  // namespace hotswap
