#include "orchestrator/deployment_evidence.hpp"

namespace hotswap {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);

/// Treated and control cohort of one window.
Evidence cut(const Deployment& deployment, const FleetService& fleet, Duration window,
             WallTime now) {
  Evidence evidence;
  std::set<InstanceId> targets;
  std::optional<WallTime> first;
  for (const Target& target : deployment.targets) {
    targets.insert(target.instance);
    if (target.state != TargetState::Applied) continue;
    first = first ? std::min(*first, target.since) : target.since;
    evidence.treated.add(
        fleet.sum(target.instance, std::max(target.since, now - window), now + kTick));
  }
  if (!first) return evidence;
  const WallTime from = std::max(*first, now - window);
  Sample control;
  for (const Target& target : deployment.targets)
    if (target.state == TargetState::Waiting)
      control.add(fleet.sum(target.instance, from, now + kTick));
  for (const Instance& instance : fleet.live(deployment.service, deployment.environment))
    if (!targets.contains(instance.id)) control.add(fleet.sum(instance.id, from, now + kTick));
  if (!control.empty()) evidence.control = std::move(control);
  return evidence;
}

}  // namespace

std::vector<Evidence> gather_evidence(const Deployment& deployment, const FleetService& fleet,
                                      WallTime now) {
  // Most criteria share a window: cut each one once.
  std::map<Duration, Evidence> by_window;
  std::vector<Evidence> evidence;
  for (const Criterion& criterion : deployment.health.criteria) {
    auto found = by_window.find(criterion.window);
    if (found == by_window.end())
      found =
          by_window.emplace(criterion.window, cut(deployment, fleet, criterion.window, now)).first;
    evidence.push_back(found->second);
    evidence.back().baseline = deployment.baseline;
  }
  return evidence;
}

std::optional<Sample> gather_baseline(const Deployment& deployment, const FleetService& fleet,
                                      WallTime now) {
  Duration window = std::chrono::minutes(5);
  for (const Criterion& criterion : deployment.health.criteria)
    window = std::max(window, criterion.window);
  Sample baseline;
  for (const Target& target : deployment.targets)
    baseline.add(fleet.sum(target.instance, now - window, now + kTick));
  if (baseline.empty()) return std::nullopt;
  return baseline;
}

}  // namespace hotswap
