#pragma once
#include <span>
#include <string_view>

#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

struct Migration {
  std::int64_t version;  ///< 1, 2, 3, …
  std::string_view name;
  std::string_view script;
};

/// Brings the schema to the last migration, each step in a transaction of its own, so that a step
/// that fails leaves the version before it. Conflict `store.newer_database` if the database was
/// made by a newer program: it is not touched.
[[nodiscard]] Result<void> migrate(Session& session, std::span<const Migration> migrations);

}  // namespace hotswap::sql
