#include "domain/rollout/deployment.hpp"

#include <algorithm>
#include <array>

namespace hotswap {
namespace {

constexpr std::array kTargetStates{
    TargetState::Waiting, TargetState::Assigned,    TargetState::Received,
    TargetState::Staged,  TargetState::Applied,     TargetState::Rejected,
    TargetState::Failed,  TargetState::Unreachable, TargetState::Restored};

struct IsTerminal {
  bool operator()(const Planned&) const { return false; }
  bool operator()(const Running&) const { return false; }
  bool operator()(const Paused&) const { return false; }
  bool operator()(const RollingBack&) const { return false; }
  bool operator()(const Succeeded&) const { return true; }
  bool operator()(const RolledBack&) const { return true; }
  bool operator()(const Failed&) const { return true; }
  bool operator()(const Cancelled&) const { return true; }
};

struct StateName {
  std::string_view operator()(const Planned&) const { return "Planned"; }
  std::string_view operator()(const Running&) const { return "Running"; }
  std::string_view operator()(const Paused&) const { return "Paused"; }
  std::string_view operator()(const RollingBack&) const { return "RollingBack"; }
  std::string_view operator()(const Succeeded&) const { return "Succeeded"; }
  std::string_view operator()(const RolledBack&) const { return "RolledBack"; }
  std::string_view operator()(const Failed&) const { return "Failed"; }
  std::string_view operator()(const Cancelled&) const { return "Cancelled"; }
};

}  // namespace

bool is_terminal(const DeploymentState& state) { return std::visit(IsTerminal{}, state); }

std::string_view state_name(const DeploymentState& state) { return std::visit(StateName{}, state); }

std::string_view to_string(TargetState state) {
  switch (state) {
    case TargetState::Waiting:
      return "Waiting";
    case TargetState::Assigned:
      return "Assigned";
    case TargetState::Received:
      return "Received";
    case TargetState::Staged:
      return "Staged";
    case TargetState::Applied:
      return "Applied";
    case TargetState::Rejected:
      return "Rejected";
    case TargetState::Failed:
      return "Failed";
    case TargetState::Unreachable:
      return "Unreachable";
    case TargetState::Restored:
      return "Restored";
  }
  return "";
}

std::optional<TargetState> target_state_from_string(std::string_view text) {
  for (const auto state : kTargetStates) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::Confirming:
      return "Confirming";
    case Phase::Assigning:
      return "Assigning";
    case Phase::Soaking:
      return "Soaking";
    case Phase::Judging:
      return "Judging";
    case Phase::AwaitingPromotion:
      return "AwaitingPromotion";
    case Phase::Baking:
      return "Baking";
  }
  return "";
}

bool is_idle(const Deployment& deployment) {
  const auto& pools = deployment.pools;
  const auto& steps = deployment.plan.steps;
  return pools && !steps.empty() && steps.front().idle &&
         (pools->state == PoolSwitch::State::Before ||
          pools->state == PoolSwitch::State::Switching);
}

std::size_t count(const Deployment& deployment, TargetState state) {
  return static_cast<std::size_t>(std::ranges::count(deployment.targets, state, &Target::state));
}

}  // namespace hotswap
