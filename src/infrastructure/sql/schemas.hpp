#pragma once
// Registered schemas and their versions in tables.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> apply(Session& session, const change::InsertSchema& change);
[[nodiscard]] Result<void> apply(Session& session, const change::UpdateSchema& change);
[[nodiscard]] Result<void> apply(Session& session, const change::InsertSchemaVersion& change);
[[nodiscard]] Result<void> apply(Session& session, const change::UpdateSchemaVersion& change);

[[nodiscard]] Result<RegisteredSchema> schema(Session& session, const SchemaId& id);
[[nodiscard]] Result<Page<RegisteredSchema>> schemas(Session& session, const SchemaFilter& filter,
                                                     const PageRequest& request);
[[nodiscard]] Result<SchemaVersion> schema_version(Session& session, const SchemaId& id,
                                                   const SemVer& number);
[[nodiscard]] Result<Page<SchemaVersion>> schema_versions(Session& session, const SchemaId& id,
                                                          const PageRequest& request);
[[nodiscard]] Result<std::vector<SemVer>> schema_numbers(Session& session, const SchemaId& id,
                                                         std::optional<SchemaState> state);
[[nodiscard]] Result<std::optional<SchemaRef>> schema_by_uri(Session& session,
                                                             const std::string& uri);

}  // namespace hotswap::sql
