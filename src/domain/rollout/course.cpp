#include "domain/rollout/course.hpp"

#include <algorithm>
#include <utility>
namespace hotswap::rollout {

void Course::enter(DeploymentState state) {
  decision_.next.state = std::move(state);
  decision_.state_changed = true;
}

void Course::set_judgement(std::optional<Judgement> judgement) {
  if (decision_.next.judgement == judgement) return;
  decision_.next.judgement = std::move(judgement);
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
}

void Course::set_target_since(std::size_t index, WallTime since) {
  decision_.next.targets.at(index).since = since;
  changed_.insert(index);
}

void Course::set_target_offline(std::size_t index) {
  auto& target = decision_.next.targets.at(index);
  if (std::exchange(target.offline_at_start, true)) return;
  changed_.insert(index);
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

void Course::effect(Effect effect) {
  // Who acts on it gives each of these targets a new generation.
  if (const auto* assign = std::get_if<Assign>(&effect)) {
    changed_.insert(assign->targets.begin(), assign->targets.end());
  }
  decision_.effects.push_back(std::move(effect));
}

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

Duration judging_limit(const Deployment& deployment) {
  return deployment.health.no_data_timeout + std::chrono::minutes(1);
}

std::size_t failures(const Deployment& deployment) {
  const auto counts = [](const Target& target) {
    return target.state == TargetState::Failed || target.state == TargetState::Rejected ||
           (target.state == TargetState::Unreachable && !target.offline_at_start);
  };
  return static_cast<std::size_t>(std::ranges::count_if(deployment.targets, counts));
}

}  // namespace hotswap::rollout
