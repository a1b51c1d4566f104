#pragma once
// A first schema for configurations that have none, proposed from their versions.

#include <span>

#include "domain/json/value.hpp"

namespace hotswap::schema {

/// A 2020-12 schema that accepts every one of `documents` (at least one; an object each): types
/// widened as far as seen, `required` where always there, closed objects, maps recognised by their
/// many names of one kind, formats and small enums only where the evidence is strong, secrets
/// marked writeOnly. Deterministic; order of the documents does not matter.
[[nodiscard]] json::Value infer(std::span<const json::Value> documents);

}  // namespace hotswap::schema
