#include "domain/schema/dialect.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hotswap::schema {
namespace {

struct Keyword {
  std::string_view name;
  Draft first;
  Draft last;
  std::uint8_t vocabulary;
  Holds holds = Holds::Nothing;
};

using enum Draft;

constexpr std::array kKeywords{
    Keyword{"additionalItems", Draft4, Draft2019, kApplicator, Holds::Schema},
    Keyword{"additionalProperties", Draft4, Draft2020, kApplicator, Holds::Schema},
    Keyword{"allOf", Draft4, Draft2020, kApplicator, Holds::List},
    Keyword{"anyOf", Draft4, Draft2020, kApplicator, Holds::List},
    Keyword{"const", Draft6, Draft2020, kValidation},
    Keyword{"contains", Draft6, Draft2020, kApplicator, Holds::Schema},
    Keyword{"contentSchema", Draft2019, Draft2020, 0, Holds::Schema},
    Keyword{"definitions", Draft4, Draft2020, 0, Holds::Map},
    Keyword{"$defs", Draft2019, Draft2020, 0, Holds::Map},
    Keyword{"dependencies", Draft4, Draft2020, kApplicator, Holds::Dependencies},
    Keyword{"dependentRequired", Draft2019, Draft2020, kValidation},
    Keyword{"dependentSchemas", Draft2019, Draft2020, kApplicator, Holds::Map},
    Keyword{"else", Draft7, Draft2020, kApplicator, Holds::Schema},
    Keyword{"enum", Draft4, Draft2020, kValidation},
    Keyword{"exclusiveMaximum", Draft4, Draft2020, kValidation},
    Keyword{"exclusiveMinimum", Draft4, Draft2020, kValidation},
    Keyword{"format", Draft4, Draft2020, kFormat | kFormatAssertion},
    Keyword{"if", Draft7, Draft2020, kApplicator, Holds::Schema},
    Keyword{"items", Draft4, Draft2019, kApplicator, Holds::SchemaOrList},
    Keyword{"items", Draft2020, Draft2020, kApplicator, Holds::Schema},
    Keyword{"maxContains", Draft2019, Draft2020, kValidation},
    Keyword{"maxItems", Draft4, Draft2020, kValidation},
    Keyword{"maxLength", Draft4, Draft2020, kValidation},
    Keyword{"maxProperties", Draft4, Draft2020, kValidation},
    Keyword{"maximum", Draft4, Draft2020, kValidation},
    Keyword{"minContains", Draft2019, Draft2020, kValidation},
    Keyword{"minItems", Draft4, Draft2020, kValidation},
    Keyword{"minLength", Draft4, Draft2020, kValidation},
    Keyword{"minProperties", Draft4, Draft2020, kValidation},
    Keyword{"minimum", Draft4, Draft2020, kValidation},
    Keyword{"multipleOf", Draft4, Draft2020, kValidation},
    Keyword{"not", Draft4, Draft2020, kApplicator, Holds::Schema},
    Keyword{"oneOf", Draft4, Draft2020, kApplicator, Holds::List},
    Keyword{"pattern", Draft4, Draft2020, kValidation},
    Keyword{"patternProperties", Draft4, Draft2020, kApplicator, Holds::Map},
    Keyword{"prefixItems", Draft2020, Draft2020, kApplicator, Holds::List},
    Keyword{"properties", Draft4, Draft2020, kApplicator, Holds::Map},
    Keyword{"propertyNames", Draft6, Draft2020, kApplicator, Holds::Schema},
    Keyword{"required", Draft4, Draft2020, kValidation},
    Keyword{"then", Draft7, Draft2020, kApplicator, Holds::Schema},
    Keyword{"type", Draft4, Draft2020, kValidation},
    Keyword{"unevaluatedItems", Draft2019, Draft2020, kUnevaluated, Holds::Schema},
    Keyword{"unevaluatedProperties", Draft2019, Draft2020, kUnevaluated, Holds::Schema},
    Keyword{"uniqueItems", Draft4, Draft2020, kValidation},
};

const Keyword* find_keyword(Draft draft, std::string_view name) {
  const auto found = std::ranges::find_if(kKeywords, [&](const Keyword& keyword) {
    return keyword.name == name && keyword.first <= draft && draft <= keyword.last;
  });
  return found == kKeywords.end() ? nullptr : &*found;
}

struct NamedDraft {
  Draft draft;
  std::string_view name;
  std::string_view uri;
};

constexpr std::array kDrafts{
    NamedDraft{Draft4, "draft-04", "http://json-schema.org/draft-04/schema"},
    NamedDraft{Draft6, "draft-06", "http://json-schema.org/draft-06/schema"},
    NamedDraft{Draft7, "draft-07", "http://json-schema.org/draft-07/schema"},
    NamedDraft{Draft2019, "2019-09", "https://json-schema.org/draft/2019-09/schema"},
    NamedDraft{Draft2020, "2020-12", "https://json-schema.org/draft/2020-12/schema"},
};

const NamedDraft& named(Draft draft) {
  return *std::ranges::find(kDrafts, draft, &NamedDraft::draft);
}

/// People write the meta-schemas' URIs with either scheme.
std::string_view without_scheme(std::string_view uri) {
  for (const std::string_view scheme : {"http:", "https:"}) {
    if (uri.starts_with(scheme)) return uri.substr(scheme.size());
  }
  return uri;
}

}  // namespace

Holds held_by(Draft draft, std::string_view keyword) {
  const auto* found = find_keyword(draft, keyword);
  return found == nullptr ? Holds::Nothing : found->holds;
}

std::optional<std::uint8_t> vocabulary_of(Draft draft, std::string_view keyword) {
  const auto* found = find_keyword(draft, keyword);
  if (found == nullptr) return std::nullopt;
  // Until 2019-09 the unevaluated keywords belonged to the applicators.
  const bool joined = draft == Draft2019 && found->vocabulary == kUnevaluated;
  return joined ? std::uint8_t{kApplicator} : found->vocabulary;
}

std::optional<std::uint8_t> vocabulary_by_uri(std::string_view uri) {
  constexpr std::string_view kVocab = "/vocab/";
  const auto at = uri.rfind(kVocab);
  if (at == std::string_view::npos) return std::nullopt;
  const auto draft = draft_of(std::string(uri.substr(0, at)) + "/schema");
  if (!draft || *draft < Draft2019) return std::nullopt;
  const auto name = uri.substr(at + kVocab.size());
  if (name == "core" || name == "meta-data" || name == "content") return std::uint8_t{0};
  if (name == "applicator") return std::uint8_t{kApplicator};
  if (name == "validation") return std::uint8_t{kValidation};
  if (name == "unevaluated" && *draft == Draft2020) return std::uint8_t{kUnevaluated};
  if (name == "format-annotation" && *draft == Draft2020) return std::uint8_t{kFormat};
  if (name == "format-assertion" && *draft == Draft2020) return std::uint8_t{kFormatAssertion};
  if (name == "format" && *draft == Draft2019) return std::uint8_t{kFormat};
  return std::nullopt;
}

Dialect dialect_of(Draft draft) { return {draft, kUsual, std::string(named(draft).uri)}; }

std::string_view id_keyword(Draft draft) { return draft == Draft4 ? "id" : "$id"; }

std::string_view to_string(Draft draft) { return named(draft).name; }

std::optional<Draft> draft_of(std::string_view meta_schema) {
  if (meta_schema.ends_with('#')) meta_schema.remove_suffix(1);
  const auto* const found = std::ranges::find_if(kDrafts, [&](const NamedDraft& each) {
    return without_scheme(each.uri) == without_scheme(meta_schema);
  });
  return found == kDrafts.end() ? std::nullopt : std::optional(found->draft);
}

}  // namespace hotswap::schema
