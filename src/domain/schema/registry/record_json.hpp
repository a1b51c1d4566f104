#pragma once
// What belongs to a registered version and is no plain text, as JSON: for stores and answers.

#include "domain/schema/registry/registered.hpp"

namespace hotswap {

[[nodiscard]] json::Value to_json(const SchemaDecision& decision);
/// Invalid `schema.invalid` where it is not what to_json wrote; the same below.
[[nodiscard]] Result<SchemaDecision> schema_decision_from_json(const json::Value& value);

/// `[{"version":"1.0.0","comparison":{…}}, …]`
[[nodiscard]] json::Value compared_to_json(const std::vector<ComparedWith>& compared);
[[nodiscard]] Result<std::vector<ComparedWith>> compared_from_json(const json::Value& value);

}  // namespace hotswap
