#pragma once
// The targets of deployments, a row each.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Insert or replace.
[[nodiscard]] Result<void> put_targets(Session& session, const DeploymentId& deployment,
                                       const std::vector<change::PutTargets::Item>& items);
[[nodiscard]] Result<void> apply(Session& session, const change::PutTargets& change);
/// Fills in deployment.targets.
[[nodiscard]] Result<void> read_targets(Session& session, Deployment& deployment);

}  // namespace hotswap::sql
