#pragma once
#include <span>
#include <string_view>

#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

struct Migration {
  std::int64_t version;  ///< 1, 2, 3, …
  std::string_view name;
  std::string_view script;
  /// The oldest version whose programs can work on what this one leaves; 0: only its own. The
  /// script's first line says it: `-- compatible: 3`.
  std::int64_t compatible = 0;
};

/// Brings the schema to the last migration, each step in a transaction of its own, so that a step
/// that fails leaves the version before it. A database of a newer program is not touched: it can
/// be used if its migrations are compatible with this program's last one, so that two versions of
/// the program run side by side; else Conflict `store.newer_database`.
[[nodiscard]] Result<void> migrate(Session& session, std::span<const Migration> migrations);

/// Whether the schema is exactly the last migration's. Conflict `store.older_schema` or
/// `store.newer_database`.
[[nodiscard]] Result<void> expect_current(Session& session, std::span<const Migration> migrations);

}  // namespace hotswap::sql
