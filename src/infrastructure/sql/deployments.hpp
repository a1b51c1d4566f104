#pragma once
// Deployments and their targets in tables.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// But for its targets.
[[nodiscard]] Result<void> insert(Session& session, const Deployment& deployment);
[[nodiscard]] Result<void> apply(Session& session, const change::UpdateDeployment& change);

[[nodiscard]] Result<bool> deployment_is_stored(Session& session, const DeploymentId& id);
[[nodiscard]] Result<void> apply(Session& session, const change::ClaimDeployment& change);
[[nodiscard]] Result<std::vector<std::pair<DeploymentId, std::uint64_t>>> active_fences(
    Session& session);
[[nodiscard]] Result<Deployment> deployment(Session& session, const DeploymentId& id);
[[nodiscard]] Result<Page<Deployment>> deployments(Session& session, const DeploymentFilter& filter,
                                                   const PageRequest& request);
[[nodiscard]] Result<bool> has_active(Session& session, const ProfileName& profile);
[[nodiscard]] Result<std::optional<Deployment>> active_deployment(Session& session,
                                                                  const ProfileName& profile);
[[nodiscard]] Result<std::vector<Deployment>> active_deployments(Session& session);

}  // namespace hotswap::sql
