#pragma once
#include "domain/ports/changes.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::ArchiveVersions& change);
[[nodiscard]] Result<void> apply(Session& session, const change::RestoreVersion& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutRetentionRun& change);
/// How many rows went.
[[nodiscard]] Result<std::size_t> prune(Session& session, const change::PruneRecords& change);
[[nodiscard]] Result<std::vector<RetentionRun>> retention_runs(Session& session);

}  // namespace hotswap::sql
