#pragma once
// Erasures in tables: their records, and the changes that take names and profiles away. Refusals as
// domain/ports/change_kinds_erasure.hpp says.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::PutErasure& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutTexts& change);
[[nodiscard]] Result<void> apply(Session& session, const change::RemoveRows& change);
[[nodiscard]] Result<void> apply(Session& session, const change::ReplaceAudit& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteSchema& change);
[[nodiscard]] Result<void> erase(Session& session, const change::EraseVersions& change,
                                 Committed& committed);
[[nodiscard]] Result<void> erase(Session& session, const change::EraseHistory& change,
                                 Committed& committed);

[[nodiscard]] Result<Page<erasure::Erasure>> erasures(Session& session, const PageRequest& request);
[[nodiscard]] Result<erasure::Erasure> erasure(Session& session, const std::string& id);

}  // namespace hotswap::sql
