#pragma once
// The outbox and its dead letters in one table, so that an id is taken once in both.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::EnqueueOutbox& change);
/// Takes dead letters away, too.
[[nodiscard]] Result<void> apply(Session& session, const change::FinishOutbox& change);
[[nodiscard]] Result<void> apply(Session& session, const change::DeferOutbox& change);
[[nodiscard]] Result<void> apply(Session& session, const change::BuryOutbox& change);
[[nodiscard]] Result<void> apply(Session& session, const change::ReviveOutbox& change);

[[nodiscard]] Result<std::vector<OutboxItem>> outbox(Session& session, WallTime now,
                                                     std::size_t limit);
[[nodiscard]] Result<Page<OutboxItem>> dead_letters(Session& session, const PageRequest& request);

}  // namespace hotswap::sql
