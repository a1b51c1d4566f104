#pragma once
// Revoked tokens, in a table.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::PutRevocation& change);
[[nodiscard]] Result<std::vector<Revocation>> revocations(Session& session);

}  // namespace hotswap::sql
