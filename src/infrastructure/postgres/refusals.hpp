#pragma once
// Why a database cannot be used, in words for whoever starts the server.

#include "domain/base/error.hpp"

namespace hotswap::postgres {

/// Conflict `store.old_server` below PostgreSQL 15; `version` as libpq tells it, e.g. 150018.
[[nodiscard]] Result<void> check_version(int version);

/// The same error with a sentence that says what to do. Whatever does not pass by itself is no
/// longer Unavailable: Invalid `store.bad_address`, Forbidden `store.refused` (user or password),
/// NotFound `store.no_database`, Forbidden `store.no_rights`, Conflict `store.foreign_database`.
[[nodiscard]] Error explained(Error error);

}  // namespace hotswap::postgres
