#pragma once
// What a backup says of itself: rows and hash of each table, written when it was made, compared
// when it is restored.

#include <optional>

#include "infrastructure/sql/moving.hpp"

namespace hotswap::sql {

using Manifest = std::vector<MovedTable>;

[[nodiscard]] Result<void> write_manifest(Session& session, const Manifest& tables);
/// Nothing if the database was never a backup, or one of before there were manifests.
[[nodiscard]] Result<std::optional<Manifest>> read_manifest(Session& session);
/// Conflict `backup.damaged` naming the first table that is not as it was. Tables that the manifest
/// does not know are younger than it, and empty.
[[nodiscard]] Result<void> expect_as_written(const Manifest& written,
                                             const std::vector<MovedTable>& found);

}  // namespace hotswap::sql
