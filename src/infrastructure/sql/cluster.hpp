#pragma once
// The change log and the nodes, in tables.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::AppendChange& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PruneChanges& change);
[[nodiscard]] Result<void> apply(Session& session, const change::PutNode& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeleteNode& change);

[[nodiscard]] Result<std::vector<LoggedChange>> changes(Session& session, std::uint64_t after,
                                                        std::size_t limit);
[[nodiscard]] Result<std::uint64_t> last_change(Session& session);
[[nodiscard]] Result<std::vector<ClusterNode>> nodes(Session& session);

}  // namespace hotswap::sql
