#pragma once
#include "domain/ports/changes.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// How many rows went.
[[nodiscard]] Result<std::size_t> prune(Session& session, const change::PruneRecords& change);

}  // namespace hotswap::sql
