#include "domain/fleet/instance.hpp"

#include <array>

namespace hotswap {
namespace {

constexpr std::array kStatuses{InstanceStatus::Healthy, InstanceStatus::Degraded,
                               InstanceStatus::Removed};
constexpr std::array kObserved{ObservedState::Received, ObservedState::Validated,
                               ObservedState::Staged,   ObservedState::Applied,
                               ObservedState::Rejected, ObservedState::Running};
constexpr int kMissedBeforeDegraded = 2;

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<Enum, N>& values, std::string_view text) {
  for (const auto value : values) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(InstanceStatus status) {
  switch (status) {
    case InstanceStatus::Healthy:
      return "Healthy";
    case InstanceStatus::Degraded:
      return "Degraded";
    case InstanceStatus::Removed:
      return "Removed";
  }
  return "";
}

std::optional<InstanceStatus> instance_status_from_string(std::string_view text) {
  return find_name(kStatuses, text);
}

std::string_view to_string(ObservedState state) {
  switch (state) {
    case ObservedState::Received:
      return "received";
    case ObservedState::Validated:
      return "validated";
    case ObservedState::Staged:
      return "staged";
    case ObservedState::Applied:
      return "applied";
    case ObservedState::Rejected:
      return "rejected";
    case ObservedState::Running:
      return "running";
  }
  return "";
}

std::optional<ObservedState> observed_state_from_string(std::string_view text) {
  return find_name(kObserved, text);
}

InstanceStatus status_at(WallTime last_heartbeat, WallTime now, Duration interval,
                         Duration remove_after) {
  const auto silent = now - last_heartbeat;
  if (silent >= remove_after) return InstanceStatus::Removed;
  if (silent >= interval * kMissedBeforeDegraded) return InstanceStatus::Degraded;
  return InstanceStatus::Healthy;
}

}  // namespace hotswap
