#pragma once
// The keywords that the engine acts on, by number.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hotswap::schema {

enum class Keyword : std::uint8_t {
  AdditionalItems,
  AdditionalProperties,
  AllOf,
  AnyOf,
  Const,
  Contains,
  ContentSchema,
  Definitions,
  Defs,
  Dependencies,
  DependentRequired,
  DependentSchemas,
  DynamicRef,
  Else,
  Enum,
  ExclusiveMaximum,
  ExclusiveMinimum,
  Format,
  If,
  Items,
  MaxContains,
  MaxItems,
  MaxLength,
  MaxProperties,
  Maximum,
  MinContains,
  MinItems,
  MinLength,
  MinProperties,
  Minimum,
  MultipleOf,
  Not,
  OneOf,
  Pattern,
  PatternProperties,
  PrefixItems,
  Properties,
  PropertyNames,
  RecursiveRef,
  Ref,
  Required,
  Then,
  Type,
  UnevaluatedItems,
  UnevaluatedProperties,
  UniqueItems,
  WriteOnly,
  XSecret,
  False  ///< the schema `false`
};
inline constexpr std::size_t kKeywords = static_cast<std::size_t>(Keyword::False) + 1;

[[nodiscard]] std::string_view to_string(Keyword keyword);
[[nodiscard]] std::optional<Keyword> keyword_of(std::string_view name);

}  // namespace hotswap::schema
