#pragma once
// Who gets a version first. Cohorts nest because targets are put in one order and a step takes the
// first n of it.

#include <span>
#include <string>
#include <vector>

#include "domain/fleet/instance.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Which instances a deployment aims at; empty: all of the service.
struct TargetSelection {
  std::vector<InstanceId> instances;
  std::map<std::string, std::string> selector;  ///< labels that must be equal
  std::optional<double> percentage;             ///< of those left, (0, 100]
  [[nodiscard]] bool all() const { return instances.empty() && selector.empty() && !percentage; }
};

/// Places in `candidates`, in a deterministic order by a hash of deployment and instance, taking
/// zones in turn so that every prefix is spread over them; Degraded instances come last. Applies
/// the selection. Errors: Invalid `targets.unknown_instance` naming those that are none of
/// `candidates`; Invalid `targets.none`.
[[nodiscard]] Result<std::vector<std::size_t>> select_targets(std::span<const Instance> candidates,
                                                              const TargetSelection& selection,
                                                              const DeploymentId& deployment);

/// `{"instances":[…]}`, `{"selector":{…}}`, `{"percentage":25}`; exactly one.
[[nodiscard]] Result<TargetSelection> target_selection_from_json(const json::Value& value,
                                                                 const std::string& path);
/// The same; null for all().
[[nodiscard]] json::Value to_json(const TargetSelection& selection);

}  // namespace hotswap
