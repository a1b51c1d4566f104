#pragma once
// The dialects of JSON Schema: which keywords each draft knows and which of them hold subschemas.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/schema/keyword.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap::schema {

/// Groups of keywords that a meta-schema of 2019-09 and later may leave out. The core is always in.
enum Vocabulary : std::uint8_t {
  kApplicator = 1,
  kUnevaluated = 2,
  kValidation = 4,
  kFormat = 8,           ///< as annotation
  kFormatAssertion = 16  ///< `format` decides
};
inline constexpr std::uint8_t kUsual = kApplicator | kUnevaluated | kValidation | kFormat;

struct Dialect {
  Draft draft = Draft::Draft2020;
  std::uint8_t vocabularies = kUsual;
  std::string meta_schema;  ///< absolute URI without fragment

  [[nodiscard]] bool has(Vocabulary vocabulary) const { return (vocabularies & vocabulary) != 0; }
};

/// Where the subschemas are in a keyword's value.
enum class Holds {
  Nothing,
  Schema,
  List,          ///< an array of schemas
  SchemaOrList,  ///< `items` before 2020-12
  Map,           ///< an object of schemas
  Dependencies   ///< an object of schemas and of arrays of names
};
[[nodiscard]] Holds held_by(Draft draft, std::string_view keyword);

/// The group a keyword belongs to, 0 for one without assertion; nothing if the draft does not have
/// the keyword.
[[nodiscard]] std::optional<std::uint8_t> vocabulary_of(Draft draft, Keyword keyword);
/// By URI, of 2019-09 and 2020-12: 0 for those without assertions; nothing for an unknown one.
[[nodiscard]] std::optional<std::uint8_t> vocabulary_by_uri(std::string_view uri);

/// The draft's own dialect.
[[nodiscard]] Dialect dialect_of(Draft draft);
/// `id` in draft 4, `$id` later.
[[nodiscard]] std::string_view id_keyword(Draft draft);
/// Up to draft 7 a `$ref` silences everything beside it.
[[nodiscard]] inline bool ref_overrides(Draft draft) { return draft <= Draft::Draft7; }

/// The meta-schemas in this binary, by absolute URI without fragment; nullptr for any other.
[[nodiscard]] const json::Value* meta_schema(std::string_view uri);

}  // namespace hotswap::schema
