#include "cli/schema/keywords.hpp"

#include <algorithm>
#include <array>

namespace hotswap::cli {
namespace {

using enum schema::Draft;

constexpr std::array kKeywords{
    Keyword{.name = "$schema"},
    Keyword{.name = "$ref"},
    Keyword{.name = "title"},
    Keyword{.name = "description"},
    Keyword{.name = "default"},
    Keyword{.name = "type"},
    Keyword{.name = "enum"},
    Keyword{.name = "format"},
    Keyword{.name = "definitions", .holds = Holds::Definitions},
    Keyword{.name = "multipleOf", .type = "number"},
    Keyword{.name = "maximum", .type = "number"},
    Keyword{.name = "minimum", .type = "number"},
    Keyword{.name = "exclusiveMaximum", .type = "number"},
    Keyword{.name = "exclusiveMinimum", .type = "number"},
    Keyword{.name = "maxLength", .type = "string"},
    Keyword{.name = "minLength", .type = "string"},
    Keyword{.name = "pattern", .type = "string"},
    Keyword{.name = "items", .type = "array", .holds = Holds::Either},
    Keyword{.name = "additionalItems", .to = Draft2019, .type = "array", .holds = Holds::Schema},
    Keyword{.name = "maxItems", .type = "array"},
    Keyword{.name = "minItems", .type = "array"},
    Keyword{.name = "uniqueItems", .type = "array"},
    Keyword{.name = "maxProperties", .type = "object"},
    Keyword{.name = "minProperties", .type = "object"},
    Keyword{.name = "required", .type = "object"},
    Keyword{.name = "properties", .type = "object", .holds = Holds::ByName},
    Keyword{.name = "patternProperties", .type = "object", .holds = Holds::ByName},
    Keyword{.name = "additionalProperties", .type = "object", .holds = Holds::Schema},
    Keyword{.name = "dependencies",
            .to = Draft7,
            .type = "object",
            .holds = Holds::Dependencies,
            .combines = true},
    Keyword{.name = "allOf", .holds = Holds::Schemas, .combines = true},
    Keyword{.name = "anyOf", .holds = Holds::Schemas, .combines = true},
    Keyword{.name = "oneOf", .holds = Holds::Schemas, .combines = true},
    Keyword{.name = "not", .holds = Holds::Schema, .combines = true},
    Keyword{.name = "id", .to = Draft4},
    Keyword{.name = "$id", .from = Draft6},
    Keyword{.name = "const", .from = Draft6},
    Keyword{.name = "examples", .from = Draft6},
    Keyword{.name = "contains", .from = Draft6, .type = "array", .holds = Holds::Schema},
    Keyword{.name = "propertyNames", .from = Draft6, .type = "object", .holds = Holds::Schema},
    Keyword{.name = "$comment", .from = Draft7},
    Keyword{.name = "if", .from = Draft7, .holds = Holds::Schema, .combines = true},
    Keyword{.name = "then", .from = Draft7, .holds = Holds::Schema, .combines = true},
    Keyword{.name = "else", .from = Draft7, .holds = Holds::Schema, .combines = true},
    Keyword{.name = "readOnly", .from = Draft7},
    Keyword{.name = "writeOnly", .from = Draft7},
    Keyword{.name = "contentMediaType", .from = Draft7, .type = "string"},
    Keyword{.name = "contentEncoding", .from = Draft7, .type = "string"},
    Keyword{.name = "$anchor", .from = Draft2019},
    Keyword{.name = "$vocabulary", .from = Draft2019},
    Keyword{.name = "$defs", .from = Draft2019, .holds = Holds::Definitions},
    Keyword{.name = "$recursiveRef", .from = Draft2019, .to = Draft2019},
    Keyword{.name = "$recursiveAnchor", .from = Draft2019, .to = Draft2019},
    Keyword{.name = "deprecated", .from = Draft2019},
    Keyword{.name = "dependentRequired", .from = Draft2019, .type = "object"},
    Keyword{.name = "dependentSchemas",
            .from = Draft2019,
            .type = "object",
            .holds = Holds::ByName,
            .combines = true},
    Keyword{.name = "unevaluatedItems", .from = Draft2019, .type = "array", .holds = Holds::Schema},
    Keyword{.name = "unevaluatedProperties",
            .from = Draft2019,
            .type = "object",
            .holds = Holds::Schema},
    Keyword{.name = "maxContains", .from = Draft2019, .type = "array"},
    Keyword{.name = "minContains", .from = Draft2019, .type = "array"},
    Keyword{.name = "contentSchema", .from = Draft2019, .type = "string", .holds = Holds::Schema},
    Keyword{.name = "prefixItems", .from = Draft2020, .type = "array", .holds = Holds::Schemas},
    Keyword{.name = "$dynamicRef", .from = Draft2020},
    Keyword{.name = "$dynamicAnchor", .from = Draft2020},
};

}  // namespace

const Keyword* keyword_of(std::string_view name) {
  const auto found = std::ranges::find(kKeywords, name, &Keyword::name);
  return found == kKeywords.end() ? nullptr : &*found;
}

bool known_in(const Keyword& keyword, schema::Draft draft) {
  return keyword.from <= draft && draft <= keyword.to;
}

std::vector<std::string> keywords_of(schema::Draft draft) {
  std::vector<std::string> out;
  for (const auto& keyword : kKeywords) {
    if (known_in(keyword, draft)) out.emplace_back(keyword.name);
  }
  return out;
}

}  // namespace hotswap::cli
