#pragma once
// A document against a schema, as every use case does it: secrets are seen as their plain values,
// masked in every message, and demanded where the schema says so.

#include <string>

#include "domain/schema/registry/registered.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap {

[[nodiscard]] schema::Report check_document(const schema::Schema& schema,
                                            const json::Value& document,
                                            std::size_t max_failures = limits::kErrorsReported);

/// `$.pool.max: must be at most 10`; empty when valid.
[[nodiscard]] std::string first_failure(const schema::Report& report);

/// Invalid `version.schema_mismatch` with every failure as a field.
[[nodiscard]] Error schema_mismatch(const SchemaRef& schema, const schema::Report& report);

}  // namespace hotswap
