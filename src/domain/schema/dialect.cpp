#include "domain/schema/dialect.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hotswap::schema {
namespace {

struct Rule {
  Keyword keyword;
  Draft first;
  Draft last;
  std::uint8_t vocabulary;
  Holds holds = Holds::Nothing;
};

using enum Draft;

constexpr std::array kRules{
    Rule{Keyword::AdditionalItems, Draft4, Draft2019, kApplicator, Holds::Schema},
    Rule{Keyword::AdditionalProperties, Draft4, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::AllOf, Draft4, Draft2020, kApplicator, Holds::List},
    Rule{Keyword::AnyOf, Draft4, Draft2020, kApplicator, Holds::List},
    Rule{Keyword::Const, Draft6, Draft2020, kValidation},
    Rule{Keyword::Contains, Draft6, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::ContentSchema, Draft2019, Draft2020, 0, Holds::Schema},
    Rule{Keyword::Definitions, Draft4, Draft2020, 0, Holds::Map},
    Rule{Keyword::Defs, Draft2019, Draft2020, 0, Holds::Map},
    Rule{Keyword::Dependencies, Draft4, Draft2020, kApplicator, Holds::Dependencies},
    Rule{Keyword::DependentRequired, Draft2019, Draft2020, kValidation},
    Rule{Keyword::DependentSchemas, Draft2019, Draft2020, kApplicator, Holds::Map},
    Rule{Keyword::Else, Draft7, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::Enum, Draft4, Draft2020, kValidation},
    Rule{Keyword::ExclusiveMaximum, Draft4, Draft2020, kValidation},
    Rule{Keyword::ExclusiveMinimum, Draft4, Draft2020, kValidation},
    Rule{Keyword::Format, Draft4, Draft2020, kFormat | kFormatAssertion},
    Rule{Keyword::If, Draft7, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::Items, Draft4, Draft2020, kApplicator, Holds::SchemaOrList},
    Rule{Keyword::MaxContains, Draft2019, Draft2020, kValidation},
    Rule{Keyword::MaxItems, Draft4, Draft2020, kValidation},
    Rule{Keyword::MaxLength, Draft4, Draft2020, kValidation},
    Rule{Keyword::MaxProperties, Draft4, Draft2020, kValidation},
    Rule{Keyword::Maximum, Draft4, Draft2020, kValidation},
    Rule{Keyword::MinContains, Draft2019, Draft2020, kValidation},
    Rule{Keyword::MinItems, Draft4, Draft2020, kValidation},
    Rule{Keyword::MinLength, Draft4, Draft2020, kValidation},
    Rule{Keyword::MinProperties, Draft4, Draft2020, kValidation},
    Rule{Keyword::Minimum, Draft4, Draft2020, kValidation},
    Rule{Keyword::MultipleOf, Draft4, Draft2020, kValidation},
    Rule{Keyword::Not, Draft4, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::OneOf, Draft4, Draft2020, kApplicator, Holds::List},
    Rule{Keyword::Pattern, Draft4, Draft2020, kValidation},
    Rule{Keyword::PatternProperties, Draft4, Draft2020, kApplicator, Holds::Map},
    Rule{Keyword::PrefixItems, Draft2020, Draft2020, kApplicator, Holds::List},
    Rule{Keyword::Properties, Draft4, Draft2020, kApplicator, Holds::Map},
    Rule{Keyword::PropertyNames, Draft6, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::Required, Draft4, Draft2020, kValidation},
    Rule{Keyword::Then, Draft7, Draft2020, kApplicator, Holds::Schema},
    Rule{Keyword::Type, Draft4, Draft2020, kValidation},
    Rule{Keyword::UnevaluatedItems, Draft2019, Draft2020, kUnevaluated, Holds::Schema},
    Rule{Keyword::UnevaluatedProperties, Draft2019, Draft2020, kUnevaluated, Holds::Schema},
    Rule{Keyword::UniqueItems, Draft4, Draft2020, kValidation},
    Rule{Keyword::Ref, Draft4, Draft2020, 0},
    Rule{Keyword::RecursiveRef, Draft2019, Draft2019, 0},
    Rule{Keyword::DynamicRef, Draft2020, Draft2020, 0},
    Rule{Keyword::WriteOnly, Draft4, Draft2020, 0},
    Rule{Keyword::XSecret, Draft4, Draft2020, 0},
};

constexpr auto kRuleOf = [] {
  std::array<const Rule*, kKeywords> table{};
  for (const auto& rule : kRules) table[static_cast<std::size_t>(rule.keyword)] = &rule;
  return table;
}();

const Rule* find_rule(Draft draft, Keyword keyword) {
  const auto* rule = kRuleOf[static_cast<std::size_t>(keyword)];
  const bool known = rule != nullptr && rule->first <= draft && draft <= rule->last;
  return known ? rule : nullptr;
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
  const auto known = keyword_of(keyword);
  const auto* rule = known ? find_rule(draft, *known) : nullptr;
  if (rule == nullptr) return Holds::Nothing;
  // From 2020-12 on the list is prefixItems.
  return rule->holds == Holds::SchemaOrList && draft == Draft2020 ? Holds::Schema : rule->holds;
}

std::optional<std::uint8_t> vocabulary_of(Draft draft, Keyword keyword) {
  const auto* rule = find_rule(draft, keyword);
  if (rule == nullptr) return std::nullopt;
  // Until 2019-09 the unevaluated keywords belonged to the applicators.
  const bool joined = draft == Draft2019 && rule->vocabulary == kUnevaluated;
  return joined ? std::uint8_t{kApplicator} : rule->vocabulary;
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
