#pragma once
// What a change set can change for the sake of several nodes, one struct each.

#include <set>

#include "domain/cluster/node.hpp"
#include "domain/ports/change_kinds.hpp"

namespace hotswap::change {

/// Stores fence + 1; Conflict `deployment.fenced` unless the stored fence is `fence`.
struct ClaimDeployment {
  DeploymentId id;
  std::uint64_t fence = 0;
};
/// What a new instance starts with: the stable version of every profile of its service, but of
/// those that it has an assignment of. Added to Committed::first.
struct PutFirstAssignments {
  InstanceId instance;
  ServiceName service;
  std::string environment;
};
/// Instances of the service that do not hold the content of `slot` get it, whoever they are by the
/// time of the commit. Added to Committed::rest.
struct AssignRest {
  ProfileName profile;
  ServiceName service;
  std::string environment;
  std::optional<Assignment::Slot> slot;  ///< nothing: no version
  std::set<InstanceId> except;
  /// Only who holds this content.
  struct Holding {
    SemVer version;
    std::string hash;
  };
  std::optional<Holding> only{};
};
/// What other nodes must hear of this change set; its sequence is the store's.
struct AppendChange {
  std::string node;  ///< that made it
  json::Value body;
  WallTime at{};
};
/// Forgets what was appended before.
struct PruneChanges {
  WallTime before{};
};
struct PutNode {
  ClusterNode node;
};  ///< insert or replace
struct DeleteNode {
  std::string id;
};

}  // namespace hotswap::change
