#include "infrastructure/postgres/migrations.hpp"

namespace hotswap::postgres {

std::span<const sql::Migration> migrations() {
  static constexpr sql::Migration kMigrations[] = {
#include "migrations_data.inc"
  };
  return kMigrations;
}

}  // namespace hotswap::postgres
