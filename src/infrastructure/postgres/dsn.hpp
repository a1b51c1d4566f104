#pragma once
#include <string_view>

namespace hotswap {

/// Whether a setting names a PostgreSQL database: a URL or libpq's keywords.
[[nodiscard]] inline bool is_postgres(std::string_view dsn) {
  return dsn.starts_with("postgres://") || dsn.starts_with("postgresql://") ||
         dsn.contains("host=") || dsn.contains("dbname=");
}

}  // namespace hotswap
