#pragma once
#include <span>

#include "infrastructure/sql/migrate.hpp"

namespace hotswap::sqlite {

/// The scripts of migrations/sqlite, in order.
[[nodiscard]] std::span<const sql::Migration> migrations();

}  // namespace hotswap::sqlite
