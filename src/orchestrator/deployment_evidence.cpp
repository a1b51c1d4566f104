#include "orchestrator/deployment_evidence.hpp"

namespace hotswap {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);
constexpr Duration kBaselineAtLeast = std::chrono::minutes(5);

/// Where it stands in its plan; nothing if it does not.
const Running* position_of(const DeploymentState& state) {
  if (const auto* running = std::get_if<Running>(&state)) return running;
  if (const auto* paused = std::get_if<Paused>(&state)) return &paused->at;
  return nullptr;
}

bool is_verifying(const DeploymentState& state) {
  const auto* back = std::get_if<RollingBack>(&state);
  return back != nullptr && back->verifying.has_value();
}

/// The state in which a target is one of the treated.
TargetState treated_state(const DeploymentState& state) {
  return is_verifying(state) ? TargetState::Restored : TargetState::Applied;
}

std::vector<InstanceId> untouched(const Deployment& deployment, const FleetService& fleet) {
  std::set<InstanceId> targets;
  std::vector<InstanceId> control;
  for (const Target& target : deployment.targets) {
    targets.insert(target.instance);
    if (target.state == TargetState::Waiting) control.push_back(target.instance);
  }
  for (const Instance& instance : fleet.live(deployment.service, deployment.environment))
    if (!targets.contains(instance.id)) control.push_back(instance.id);
  return control;
}

}  // namespace

bool is_judged(const Deployment& deployment) {
  if (!deployment.strategy.health_check_enabled) return false;
  const auto* at = position_of(deployment.state);
  const bool verifying = is_verifying(deployment.state);
  if (at == nullptr && !verifying) return false;
  if (at != nullptr && !deployment.plan.steps.at(at->step).judged) return false;
  return count(deployment, treated_state(deployment.state)) > 0;
}

bool awaits_judgement(const Deployment& deployment) {
  if (!is_judged(deployment)) return false;
  if (is_verifying(deployment.state)) return true;
  const auto* running = std::get_if<Running>(&deployment.state);
  return running != nullptr && running->phase == Phase::Judging && !deployment.judgement;
}

Sight sight_of(const Deployment& deployment, const FleetService& fleet, WallTime now) {
  Sight sight;
  sight.verifying = is_verifying(deployment.state);
  const TargetState treated = treated_state(deployment.state);
  for (const Target& target : deployment.targets)
    if (target.state == treated) sight.cohorts.treated.push_back({target.instance, target.since});
  if (const auto* back = std::get_if<RollingBack>(&deployment.state)) {
    sight.phase = "RollingBack";
    sight.step = back->step;
  } else if (const auto* at = position_of(deployment.state)) {
    sight.phase = to_string(at->phase);
    sight.step = at->step;
    sight.situation.idle = is_idle(deployment);
    sight.cohorts.control = untouched(deployment, fleet);
  }
  const auto first = sight.cohorts.first_treated();
  sight.situation.waited = first ? std::max(now - *first, Duration(0)) : Duration(0);
  return sight;
}

std::optional<Baseline> baseline_of(const Deployment& deployment, const FleetService& fleet,
                                    WallTime now) {
  Duration window = kBaselineAtLeast;
  for (const Criterion& criterion : deployment.health.criteria)
    window = std::max(window, criterion.window);
  std::vector<InstanceId> targets;
  for (const Target& target : deployment.targets) targets.push_back(target.instance);
  return fleet.with_windows([&](const HealthWindows& windows) {
    return measure_baseline(windows, targets, now - window, now + kTick);
  });
}

}  // namespace hotswap
