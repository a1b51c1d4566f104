#include "domain/rollout/course.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
namespace hotswap::rollout {

void Course::enter(DeploymentState state) {
  decision_.next.state = std::move(state);
  progress();
}

void Course::end(DeploymentState state) {
  enter(std::move(state));
  for (const auto& hook : plan().safeguards.hooks) {
    if (hook.kind == HookKind::PostRollout) effect(CallPostHook{hook.name});
  }
}

void Course::progress() {
  decision_.next.progressed_at = now_;
  decision_.state_changed = true;
}

void Course::set_judgement(std::optional<Judgement> judgement) {
  if (decision_.next.judgement == judgement) return;
  decision_.next.judgement = std::move(judgement);
  decision_.state_changed = true;
}

void Course::set_tallies(Tallies tallies) {
  if (decision_.next.tallies == tallies) return;
  decision_.next.tallies = std::move(tallies);
  decision_.state_changed = true;
}

void Course::set_pools(PoolSwitch pools) {
  if (decision_.next.pools == pools) return;
  decision_.next.pools = std::move(pools);
  decision_.state_changed = true;
}

void Course::set_approval(Approval approval) {
  decision_.next.approval = std::move(approval);
  progress();
}

void Course::start_from(WallTime time) {
  decision_.next.start_at = time;
  decision_.state_changed = true;
}

void Course::put_call(HookCall call) {
  auto& calls = decision_.next.hook_calls;
  const auto found = std::ranges::find_if(calls, [&](const HookCall& known) {
    return known.hook == call.hook && (known.step == call.step || is_polled(deployment(), call));
  });
  if (found == calls.end()) {
    calls.push_back(std::move(call));
  } else {
    *found = std::move(call);
  }
  decision_.state_changed = true;
}

void Course::replace(const Prepared& prepared) {
  auto& next = decision_.next;
  next.targets = prepared.targets;
  next.plan = prepared.plan;
  next.fit = prepared.fit;
  next.proof = prepared.proof;
  next.pools = prepared.pools;
  next.baseline = prepared.baseline;
  next.partial = prepared.partial;
  for (std::size_t i = 0; i < next.targets.size(); ++i) changed_.insert(i);
  decision_.state_changed = true;
}

void Course::set_baseline(const Baseline& baseline) {
  if (deployment().baseline) return;
  decision_.next.baseline = baseline;
  decision_.state_changed = true;
}

void Course::set_target(std::size_t index, TargetState state, std::string reason) {
  auto& target = decision_.next.targets.at(index);
  if (target.state == state && target.reason == reason) return;
  // The acknowledgement timeout counts from the assignment, also for one who has the bytes.
  if (state != TargetState::Received || target.state != TargetState::Assigned) target.since = now_;
  target.state = state;
  target.reason = std::move(reason);
  changed_.insert(index);
  progress();
}

void Course::set_target_since(std::size_t index, WallTime since) {
  decision_.next.targets.at(index).since = since;
  changed_.insert(index);
}

void Course::set_target_offline(std::size_t index, bool offline) {
  auto& target = decision_.next.targets.at(index);
  if (std::exchange(target.offline_at_start, offline) == offline) return;
  changed_.insert(index);
}

void Course::assign(Assign assign, Delivery delivery) {
  if (assign.targets.empty()) return;
  for (const auto index : assign.targets) {
    auto& target = decision_.next.targets.at(index);
    target.attempts = delivery == Delivery::First ? 1 : target.attempts + 1;
    changed_.insert(index);  // who acts on the effect gives each of them a new generation
  }
  effect(std::move(assign));
}

void Course::record(std::string kind, std::string message, json::Value data) {
  effect(Record{std::move(kind), std::move(message), std::move(data)});
}

void Course::record_target(std::string kind, std::size_t index, const std::string& what) {
  const auto& target = targets().at(index);
  json::Object data;
  data.append("instance", target.instance.str());
  data.append("state", to_string(target.state));
  if (!target.reason.empty()) data.append("reason", target.reason);
  record(std::move(kind), "instance " + target.instance.str() + " " + what, std::move(data));
}

void Course::notify(std::string severity, std::string message) {
  effect(Notify{std::move(severity), title(deployment()) + ": " + std::move(message)});
}

void Course::effect(Effect effect) { decision_.effects.push_back(std::move(effect)); }

Decision Course::finish() && {
  decision_.changed_targets.assign(changed_.begin(), changed_.end());
  return std::move(decision_);
}

std::string title(const Deployment& deployment) {
  return deployment.profile.str() + " " + deployment.version.str();
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

const Running* position(const DeploymentState& state) {
  if (const auto* running = std::get_if<Running>(&state)) return running;
  if (const auto* paused = std::get_if<Paused>(&state)) return &paused->at;
  return nullptr;
}

WallTime ack_deadline(const Deployment& deployment, const Target& target) {
  auto deadline = target.since + deployment.plan.ack_timeout;
  // A rollback is delivered at once; a step may be spread.
  if (const auto* at = position(deployment.state)) {
    deadline += deployment.plan.steps.at(at->step).delivery_spread;
  }
  return deadline;
}

bool is_pending(const Target& target) {
  return target.state == TargetState::Assigned || target.state == TargetState::Received;
}

bool has_failed(const Target& target) {
  return target.state == TargetState::Failed || target.state == TargetState::Rejected ||
         target.state == TargetState::Unreachable;
}

Duration judging_limit(const Deployment& deployment) {
  return deployment.health.no_data_timeout + std::chrono::minutes(1);
}

std::size_t failures(const Deployment& deployment) {
  const auto counts = [](const Target& target) {
    const bool was_away = target.state == TargetState::Unreachable && target.offline_at_start;
    return has_failed(target) && !was_away;
  };
  return static_cast<std::size_t>(std::ranges::count_if(deployment.targets, counts));
}

const Step& current_step(const Course& course) {
  return course.plan().steps.at(position(course.state())->step);
}

std::optional<std::size_t> begun_step(const Deployment& deployment) {
  const auto* at = position(deployment.state);
  if (at == nullptr) return std::nullopt;
  if (at->phase != Phase::Confirming || is_at_the_end(deployment)) return at->step;
  return at->step == 0 ? std::nullopt : std::optional(at->step - 1);
}

std::string step_name(const Course& course) {
  return fmt::format("step {} of {}", position(course.state())->step + 1,
                     course.plan().steps.size());
}

json::Value step_data(const Course& course, std::size_t added) {
  const auto& step = current_step(course);
  json::Object data;
  data.append("step", position(course.state())->step);
  data.append("steps", course.plan().steps.size());
  data.append("cohort", step.cohort);
  data.append("targets", course.targets().size());
  data.append("percentage", step.percentage);
  data.append("added", added);
  return data;
}

}  // namespace hotswap::rollout
