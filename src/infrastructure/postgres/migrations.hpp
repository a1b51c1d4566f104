#pragma once
#include "infrastructure/sql/migrate.hpp"

namespace hotswap::postgres {

/// The scripts of migrations/postgres, in order.
[[nodiscard]] std::span<const sql::Migration> migrations();

}  // namespace hotswap::postgres
