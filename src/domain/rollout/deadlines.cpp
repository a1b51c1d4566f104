// When a deployment has something to do by itself.
#include <algorithm>

#include "domain/rollout/course.hpp"

namespace hotswap {
namespace {

using Deadline = std::optional<WallTime>;

Deadline earlier(Deadline a, Deadline b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

/// The earliest answer that is due.
Deadline first_ack_deadline(const Deployment& deployment) {
  Deadline first;
  for (const auto& target : deployment.targets) {
    if (rollout::is_pending(target)) {
      first = earlier(first, rollout::ack_deadline(deployment, target));
    }
  }
  return first;
}

Deadline judging_deadline(const Deployment& deployment, const Running& running) {
  const bool passed = deployment.judgement && deployment.judgement->overall == Outcome::Pass;
  if (passed || !deployment.plan.steps.at(running.step).judged) return std::nullopt;
  return running.since + rollout::judging_limit(deployment);
}

Deadline phase_deadline(const Deployment& deployment, const Running& running) {
  switch (running.phase) {
    case Phase::Confirming:
    case Phase::Assigning:
    case Phase::AwaitingPromotion:
      return std::nullopt;
    case Phase::Soaking:
      return running.since + deployment.plan.steps.at(running.step).soak;
    case Phase::Judging:
      return judging_deadline(deployment, running);
    case Phase::Baking:
      return running.since + deployment.plan.bake;
  }
  return std::nullopt;
}

struct NextDeadline {
  const Deployment& deployment;
  WallTime asked;

  Deadline operator()(const Planned&) const {
    if (awaits_approval(deployment)) return deployment.approval->expires;
    return deployment.start_at ? deployment.start_at : Deadline(deployment.created_at);
  }
  Deadline operator()(const Running& running) const {
    const auto waits =
        earlier(rollout::gate_deadline(deployment), rollout::progress_deadline(deployment));
    const auto own = earlier(phase_deadline(deployment, running), first_ack_deadline(deployment));
    return earlier(earlier(own, waits), rollout::hook_deadline(deployment, asked));
  }
  Deadline operator()(const Paused&) const { return rollout::hook_deadline(deployment, asked); }
  Deadline operator()(const RollingBack& state) const {
    // While somebody still owes an answer nothing is verified.
    if (const auto ack = first_ack_deadline(deployment)) return ack;
    if (!state.verifying) return std::nullopt;
    return *state.verifying + deployment.plan.safeguards.verify_timeout;
  }
  Deadline operator()(const Succeeded&) const { return std::nullopt; }
  Deadline operator()(const RolledBack&) const { return std::nullopt; }
  Deadline operator()(const Failed&) const { return std::nullopt; }
  Deadline operator()(const Cancelled&) const { return std::nullopt; }
};

}  // namespace

std::optional<WallTime> next_deadline(const Deployment& deployment, WallTime asked) {
  return std::visit(NextDeadline{deployment, asked}, deployment.state);
}

}  // namespace hotswap
