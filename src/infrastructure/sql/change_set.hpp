#pragma once
#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Applies the changes one after the other, up to the first that fails. The caller holds the
/// transaction or savepoint and undoes it on an error.
[[nodiscard]] Result<Committed> apply(Session& session, const ChangeSet& changes);

}  // namespace hotswap::sql
