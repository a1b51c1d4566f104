#include "infrastructure/sqlite/migrations.hpp"

namespace hotswap::sqlite {

std::span<const sql::Migration> migrations() {
  static constexpr sql::Migration kMigrations[] = {
#include "migrations_data.inc"
  };
  return kMigrations;
}

}  // namespace hotswap::sqlite
