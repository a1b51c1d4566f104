#pragma once
// The keywords of the five drafts: which draft knows which, and on what values each has an effect.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/schema/schema.hpp"

namespace hotswap::cli {

/// Where a keyword keeps further schemas.
enum class Holds {
  Nothing,
  Schema,       ///< `not`
  Schemas,      ///< `anyOf`: an array of them
  Either,       ///< `items` before 2020-12: one or an array
  ByName,       ///< `properties`
  Definitions,  ///< `$defs`: the same, but none of them applies here
  Dependencies  ///< by name, a schema or a list of names
};

struct Keyword {
  std::string_view name;
  schema::Draft from = schema::Draft::Draft4;
  schema::Draft to = schema::Draft::Draft2020;
  std::string_view type{};  ///< only values of this type; empty: any
  Holds holds = Holds::Nothing;
  bool combines = false;  ///< the schemas inside speak of the same value, each only of a part
};

/// Nothing for a name that no draft knows.
[[nodiscard]] const Keyword* keyword_of(std::string_view name);
[[nodiscard]] bool known_in(const Keyword& keyword, schema::Draft draft);
/// Names that the draft knows.
[[nodiscard]] std::vector<std::string> keywords_of(schema::Draft draft);

}  // namespace hotswap::cli
