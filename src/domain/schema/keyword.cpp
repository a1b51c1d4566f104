#include "domain/schema/keyword.hpp"

#include <unordered_map>

namespace hotswap::schema {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, kKeywords> kNames{
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentSchema",
    "definitions",
    "$defs",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "$dynamicRef",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "$recursiveRef",
    "$ref",
    "required",
    "then",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
    "x-secret",
    "false",
};

}  // namespace

std::string_view to_string(Keyword keyword) { return kNames[static_cast<std::size_t>(keyword)]; }

std::optional<Keyword> keyword_of(std::string_view name) {
  static const auto kByName = [] {
    std::unordered_map<std::string_view, Keyword> map;
    for (std::size_t i = 0; i + 1 < kKeywords; ++i) map.emplace(kNames[i], static_cast<Keyword>(i));
    return map;
  }();
  const auto found = kByName.find(name);
  return found == kByName.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace hotswap::schema
