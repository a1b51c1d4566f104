// Walking a document: which of its values are schemas, and what they are called.
#include "domain/json/path.hpp"
#include "domain/schema/resources.hpp"
#include "domain/schema/text/uri.hpp"

namespace hotswap::schema {
namespace {

constexpr int kMetaSchemaChain = 8;  ///< a meta-schema's meta-schema's …

std::optional<std::string_view> text_at(const json::Value& schema, std::string_view keyword) {
  const auto* value = schema.find(keyword);
  const auto* text = value == nullptr ? nullptr : value->as_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view(*text);
}

std::unexpected<Error> unknown_dialect(const std::string& detail) {
  return fail(ErrorCode::Invalid, "schema.unknown_dialect", detail,
              {{"$['$schema']", "$schema", detail}});
}

Result<std::uint8_t> vocabularies_of(const json::Value& vocabulary, const std::string& uri) {
  std::uint8_t all = 0;
  const auto* members = vocabulary.as_object();
  if (members == nullptr) return unknown_dialect("$vocabulary of \"" + uri + "\" is no object");
  for (const auto& member : *members) {
    const auto known = vocabulary_by_uri(member.name);
    const auto* needed = member.value.as_bool();
    if (!known && needed != nullptr && *needed) {
      return unknown_dialect("the meta-schema \"" + uri + "\" demands the vocabulary \"" +
                             std::string(member.name) + "\", which is not known here");
    }
    all |= known.value_or(std::uint8_t{0});
    // 2019-09 has one vocabulary of formats; demanded, it asserts.
    const bool demanded = needed != nullptr && *needed;
    if (demanded && std::string_view(member.name).ends_with("2019-09/vocab/format"))
      all |= kFormatAssertion;
  }
  return all;
}

}  // namespace

Result<Dialect> Resources::dialect(std::string_view meta_schema_uri) const {
  const auto uri = schema::resolve("", meta_schema_uri).absolute;
  std::optional<std::uint8_t> vocabularies;
  auto at = uri;
  for (int i = 0; i < kMetaSchemaChain; ++i) {
    if (const auto draft = draft_of(at)) {
      auto found = dialect_of(*draft);
      if (at == uri) return found;
      return Dialect{*draft, vocabularies.value_or(found.vocabularies), uri};
    }
    const auto* meta = options_.documents ? options_.documents(at) : nullptr;
    if (meta == nullptr) break;
    const auto* vocabulary = meta->find("$vocabulary");
    if (vocabulary != nullptr && !vocabularies) {
      auto read = vocabularies_of(*vocabulary, at);
      if (!read) return std::unexpected(read.error());
      vocabularies = *read;
    }
    const auto next = text_at(*meta, "$schema");
    at = !next ? dialect_of(usual_draft_).meta_schema : schema::resolve("", *next).absolute;
  }
  return unknown_dialect("the meta-schema \"" + std::string(meta_schema_uri) +
                         "\" is not known; use one of the drafts 4, 6, 7, 2019-09 and 2020-12 or "
                         "register it first");
}

Resource& Resources::new_resource(const json::Value& root, std::string uri, Dialect dialect) {
  auto& resource = resources_.emplace_back();
  resource.number = resources_.size() - 1;
  resource.uri = std::move(uri);
  resource.root = &root;
  resource.dialect = std::move(dialect);
  by_uri_.try_emplace(resource.uri, &resource);
  return resource;
}

Result<const Resource*> Resources::add_document(const json::Value& document,
                                                const std::string& uri) {
  auto dialect = dialect_of(usual_draft_);
  if (const auto meta = text_at(document, "$schema")) {
    auto found = this->dialect(*meta);
    if (!found) return std::unexpected(found.error());
    dialect = std::move(*found);
  }
  if (resources_.empty()) usual_draft_ = dialect.draft;
  auto own_uri = uri;
  const auto id = text_at(document, id_keyword(dialect.draft));
  const bool silent = ref_overrides(dialect.draft) && text_at(document, "$ref").has_value();
  if (id && !silent) own_uri = schema::resolve(uri, *id).absolute;
  auto& resource = new_resource(document, own_uri, std::move(dialect));
  resource.document_uri = uri;
  by_uri_.try_emplace(uri, &resource);
  auto indexed = index(document, {nullptr, &resource, {}}, 0);
  if (!indexed) return std::unexpected(indexed.error());
  return &resource;
}

Result<Resource*> Resources::enter_resource(const json::Value& schema, const Entry& entry) {
  const auto& around = *entry.resource;
  auto& outer = resources_[around.number];
  if (&schema == around.root) return &outer;
  const auto draft = around.dialect.draft;
  if (ref_overrides(draft) && text_at(schema, "$ref")) return &outer;
  const auto meta = text_at(schema, "$schema");
  const auto declared = meta ? draft_of(*meta) : std::nullopt;
  const auto id = text_at(schema, id_keyword(declared.value_or(draft)));
  if (!id || id->starts_with('#')) return &outer;
  auto dialect = around.dialect;
  if (meta) {
    auto found = this->dialect(*meta);
    if (!found) return std::unexpected(found.error());
    dialect = std::move(*found);
  }
  auto& resource =
      new_resource(schema, schema::resolve(around.uri, *id).absolute, std::move(dialect));
  resource.document_uri = around.document_uri;
  return &resource;
}

void Resources::note_anchors(const json::Value& schema, Resource& resource) {
  const auto draft = resource.dialect.draft;
  if (ref_overrides(draft)) {
    const auto id = text_at(schema, id_keyword(draft));
    if (!id || text_at(schema, "$ref")) return;
    const auto fragment = schema::resolve("", *id).fragment;
    if (!fragment.empty()) resource.anchors.try_emplace(fragment, &schema);
    return;
  }
  if (const auto anchor = text_at(schema, "$anchor")) {
    resource.anchors.try_emplace(std::string(*anchor), &schema);
  }
  const auto dynamic = text_at(schema, "$dynamicAnchor");
  if (dynamic && draft == Draft::Draft2020) {
    resource.anchors.try_emplace(std::string(*dynamic), &schema);
    resource.dynamic_anchors.try_emplace(std::string(*dynamic), &schema);
  }
  const auto* recursive = schema.find("$recursiveAnchor");
  if (draft == Draft::Draft2019 && &schema == resource.root && recursive != nullptr) {
    resource.recursive_anchor = recursive->as_bool() != nullptr && *recursive->as_bool();
  }
}

Result<void> Resources::index(const json::Value& schema, Entry entry, int depth) {
  if (depth > limits::kEvaluationDepth || entries_.size() >= limits::kSchemaNodes) {
    return fail(ErrorCode::Invalid, "schema.too_large",
                "the schema has more than " + std::to_string(limits::kSchemaNodes) +
                    " subschemas or nests them deeper than " +
                    std::to_string(limits::kEvaluationDepth) + " levels");
  }
  if (entries_.contains(&schema)) return {};
  if (schema.as_object() == nullptr) {
    entries_.emplace(&schema, std::move(entry));
    return {};
  }
  auto resource = enter_resource(schema, entry);
  if (!resource) return std::unexpected(resource.error());
  entry.resource = *resource;
  entries_.emplace(&schema, std::move(entry));
  note_anchors(schema, **resource);
  return index_held(schema, **resource, depth);
}

Result<void> Resources::index_held(const json::Value& schema, const Resource& resource, int depth) {
  Result<void> result;
  const auto add = [&](const json::Value& held, std::string steps) {
    const bool fits = held.as_object() != nullptr || held.as_bool() != nullptr;
    if (result && fits) result = index(held, {&schema, &resource, std::move(steps)}, depth + 1);
  };
  for (const auto& [keyword, value] : *schema.as_object()) {
    const auto holds = held_by(resource.dialect.draft, keyword);
    if (holds == Holds::Nothing) continue;
    const auto steps = json::pointer_member("", keyword);
    const auto* items = value.as_array();
    const auto* members = value.as_object();
    if (holds == Holds::Schema || (holds == Holds::SchemaOrList && items == nullptr)) {
      add(value, steps);
    } else if (items != nullptr) {
      for (std::size_t i = 0; i < items->size(); ++i)
        add((*items)[i], json::pointer_item(steps, i));
    } else if (members != nullptr && holds != Holds::List) {
      for (const auto& member : *members)
        add(member.value, json::pointer_member(steps, member.name));
    }
  }
  return result;
}

}  // namespace hotswap::schema
