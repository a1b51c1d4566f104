#pragma once
// Registered schemas, their versions and what a validation found, as the API shows them.

#include "domain/json/value.hpp"
#include "orchestrator/schema_service.hpp"

namespace hotswap::api {

[[nodiscard]] json::Object schema_json(const RegisteredSchema& schema);
/// The same with what waits for approval and who follows it.
[[nodiscard]] json::Object schema_view_json(const SchemaView& view);

/// How much of a version a view shows.
enum class SchemaDetail { Summary, Full };  ///< Full: with comparisons and references

/// Without content.
[[nodiscard]] json::Object schema_version_json(const SchemaVersion& version, SchemaDetail detail);
/// Everything, and the content as `schema`: text, since the content is JSON already.
[[nodiscard]] std::string schema_version_text(const SchemaVersion& version);

[[nodiscard]] json::Object impact_json(const SchemaImpact& impact);
[[nodiscard]] json::Object schema_diff_json(const SchemaDiff& diff);
/// `{"valid","errors":[…],"schema":"payments@1.2.0"}`
[[nodiscard]] json::Object validation_json(const Validated& validated);

/// `{"id":"payments","version":"1.2.0"}`
[[nodiscard]] json::Value schema_ref_json(const SchemaRef& ref);

}  // namespace hotswap::api
