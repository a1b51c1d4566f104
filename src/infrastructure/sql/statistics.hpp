#pragma once
#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// `engine_query`: a row with the database's name and version, and its bytes.
[[nodiscard]] Result<StoreStatistics> statistics(Session& session, std::string_view engine_query);

}  // namespace hotswap::sql
