// The meta-schemas that travel in the binary, parsed at first use.
#include "domain/schema/meta_schemas.hpp"

#include <map>

#include "domain/base/assert.hpp"
#include "domain/json/parse.hpp"
#include "domain/schema/dialect.hpp"

namespace hotswap::schema {
namespace {

using Documents = std::map<std::string, json::Value, std::less<>>;

std::string own_uri(const json::Value& document) {
  const auto* id = document.find("$id");
  if (id == nullptr) id = document.find("id");
  HS_ASSERT(id != nullptr && id->as_string() != nullptr);
  auto uri = std::string(*id->as_string());
  if (uri.ends_with('#')) uri.pop_back();
  return uri;
}

const Documents& all_meta_schemas() {
  static const Documents documents = [] {
    Documents parsed;
    for (const auto text : meta_schema_texts()) {
      auto document = json::parse(text);
      HS_ASSERT(document.has_value());
      auto uri = own_uri(*document);
      parsed.emplace(std::move(uri), std::move(*document));
    }
    return parsed;
  }();
  return documents;
}

}  // namespace

const json::Value* meta_schema(std::string_view uri) {
  const auto& documents = all_meta_schemas();
  auto found = documents.find(uri);
  if (found == documents.end()) {
    const auto draft = draft_of(uri);
    if (draft) found = documents.find(dialect_of(*draft).meta_schema);
  }
  return found == documents.end() ? nullptr : &found->second;
}

}  // namespace hotswap::schema
