#pragma once
// What a change set touched: what this node's listeners hear after the commit, and what the change
// log carries to the other nodes.

#include <set>
#include <vector>

#include "domain/ports/changes.hpp"

namespace hotswap {

/// Assignments that were saved together, and how their instances are told; nothing: they will ask.
struct Assigned {
  struct Telling {
    AssignMode mode = AssignMode::Deliver;
    Duration spread{};
  };
  std::vector<Assignment> assignments;
  std::optional<Telling> telling;
};

struct Touched {
  std::set<ProfileName> profiles;
  std::vector<ProfileName> deleted;
  std::vector<Assigned> assigned;
  std::set<ProfileName> reassigned;  ///< assignments that only the store knows: read them
  std::vector<Observation> observed;
  std::set<InstanceId> instances;  ///< added or changed: read them
  std::vector<InstanceId> heard;   ///< well again, or at home on another node from now on
  std::vector<InstanceId> removed;
  std::set<DeploymentId> deployments;
  std::vector<Traffic> traffics;  ///< as they are stored now
  std::set<std::string> secrets;  ///< references of which another value was seen
  bool events = false;            ///< the timeline has grown

  /// Whether other nodes need not hear of it.
  [[nodiscard]] bool empty() const;
};

[[nodiscard]] Touched touched_by(const ChangeSet& changes);

/// For the change log. Traffics go by name: whoever hears of them reads them.
[[nodiscard]] json::Value to_json(const Touched& touched);
/// Traffics have service and environment only.
[[nodiscard]] Result<Touched> touched_from_json(const json::Value& value);

}  // namespace hotswap
