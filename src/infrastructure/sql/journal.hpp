#pragma once
// What only grows or passes through: events, audit and remembered answers, in tables.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Its sequence number is handed out by session.settle() at the latest.
[[nodiscard]] Result<void> append(Session& session, const TimelineEvent& event,
                                  const std::function<void(std::uint64_t)>& on_sequence);

/// The hash of the last entry of the audit as a transaction sees it; empty if there is none.
/// Whoever rolls back to a savepoint sets it back as well.
using ChainTail = std::string;
/// Begins a transaction that will write, and reads the tail.
[[nodiscard]] Result<void> begin(Session& session, ChainTail& tail);
[[nodiscard]] Result<void> append(Session& session, const AuditEntry& entry, ChainTail& tail);
[[nodiscard]] Result<void> apply(Session& session, const change::PutIdempotent& change);

[[nodiscard]] Result<std::vector<TimelineEvent>> events(Session& session, const EventFilter& filter,
                                                        std::uint64_t after, std::size_t limit);
[[nodiscard]] Result<Page<AuditEntry>> audit(Session& session, const AuditFilter& filter,
                                             const PageRequest& request);
[[nodiscard]] Result<std::vector<AuditEntry>> audit_after(Session& session, std::uint64_t sequence,
                                                          std::size_t limit);
[[nodiscard]] Result<std::optional<change::PutIdempotent>> idempotent(Session& session,
                                                                      const std::string& key,
                                                                      WallTime now);

}  // namespace hotswap::sql
