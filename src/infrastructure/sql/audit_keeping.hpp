#pragma once
// What keeps the audit trustworthy and known elsewhere, in tables: checkpoints, the removal of old
// entries behind an anchor, and how far each receiver has come.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::PutCheckpoint& change);
[[nodiscard]] Result<void> apply(Session& session, const change::RemoveAudit& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutAuditCursor& change);

[[nodiscard]] Result<std::vector<AuditCheckpoint>> audit_checkpoints(Session& session,
                                                                     std::uint64_t after,
                                                                     std::size_t limit);
[[nodiscard]] Result<std::map<std::string, std::uint64_t>> audit_cursors(Session& session);

}  // namespace hotswap::sql
