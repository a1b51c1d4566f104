#pragma once
// The targets of deployments, a row each.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Those that it is stored with.
[[nodiscard]] change::PutTargets all_targets(const Deployment& deployment);
[[nodiscard]] Result<void> apply(Session& session, const change::PutTargets& change);
/// Fills in deployment.targets.
[[nodiscard]] Result<void> read_targets(Session& session, Deployment& deployment);

}  // namespace hotswap::sql
