#include "domain/schema/resources.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"
#include "domain/json/path.hpp"
#include "domain/schema/text/uri.hpp"

namespace hotswap::schema {
namespace {

bool is_schema(const json::Value& value, Draft draft) {
  return value.as_object() != nullptr || (draft != Draft::Draft4 && value.as_bool() != nullptr);
}

}  // namespace

Result<Resources> Resources::of(const json::Value& document, CompileOptions options) {
  auto base = schema::resolve("", options.base_uri).absolute;
  Resources resources(std::move(options));
  resources.usual_draft_ = resources.options_.default_draft;
  auto added = resources.add_document(document, base);
  if (!added) return std::unexpected(added.error());
  return resources;
}

Place Resources::root() const {
  const auto& first = resources_.front();
  return {first.root, first.uri, first.dialect.draft, &first};
}

Place Resources::place(const json::Value& schema) const {
  const auto found = entries_.find(&schema);
  HS_ASSERT(found != entries_.end());
  const auto* resource = found->second.resource;
  return {&schema, resource->uri, resource->dialect.draft, resource};
}

std::string Resources::pointer(const json::Value& schema) const {
  std::string pointer;
  const auto* at = &schema;
  while (true) {
    const auto& entry = entries_.at(at);
    if (at == entry.resource->root || entry.parent == nullptr) return pointer;
    pointer.insert(0, entry.steps);
    at = entry.parent;
  }
}

std::string Resources::path(const json::Value& schema) const {
  std::string pointer;
  const auto* at = &schema;
  for (; entries_.at(at).parent != nullptr; at = entries_.at(at).parent) {
    pointer.insert(0, entries_.at(at).steps);
  }
  std::string path = "$";
  for (const auto& token : json::pointer_tokens(pointer).value_or(std::vector<std::string>())) {
    const auto* items = at->as_array();
    const auto index = items == nullptr ? std::nullopt : json::pointer_index(token);
    path = index ? json::path_item(path, *index) : json::path_member(path, token);
    at = index ? &(*items)[*index] : at->find(token);
  }
  return path;
}

const Resource* Resources::around(const Resource& resource) const {
  const auto* parent = entries_.at(resource.root).parent;
  return parent == nullptr ? nullptr : entries_.at(parent).resource;
}

std::vector<std::string> Resources::outside() const {
  auto uris = outside_;
  std::ranges::sort(uris);
  return uris;
}

Result<Place> Resources::resolve(std::string_view base, std::string_view reference) {
  const auto uri = schema::resolve(base, reference);
  const auto resource = find_resource(uri.absolute);
  if (!resource) return std::unexpected(resource.error());
  if (*resource == nullptr) {
    return fail(ErrorCode::Invalid, "schema.unresolved",
                "no schema is known by the URI \"" + uri.absolute + "\"");
  }
  if (uri.fragment.empty()) return place(*(*resource)->root);
  if (uri.fragment.starts_with('/')) return at_pointer(**resource, uri.fragment);
  const auto anchor = (*resource)->anchors.find(uri.fragment);
  if (anchor != (*resource)->anchors.end()) return place(*anchor->second);
  return fail(ErrorCode::Invalid, "schema.unresolved",
              "the schema \"" + uri.absolute + "\" has no anchor \"" + uri.fragment + "\"");
}

Result<Place> Resources::at_pointer(const Resource& resource, std::string_view pointer) {
  const auto unresolved = [&] {
    return fail(ErrorCode::Invalid, "schema.unresolved",
                "the schema \"" + resource.uri + "\" has no schema at " + std::string(pointer));
  };
  const auto* target = json::at_pointer(*resource.root, pointer);
  if (target == nullptr) return unresolved();
  if (entries_.contains(target)) return place(*target);
  // Not where any keyword holds schemas. It belongs to the nearest schema around it.
  const auto* owner = resource.root;
  std::size_t rest = 0;
  for (std::size_t end = 0; end < pointer.size();) {
    end = std::min(pointer.find('/', end + 1), pointer.size());
    const auto* passed = json::at_pointer(*resource.root, pointer.substr(0, end));
    if (passed == nullptr || passed == target || !entries_.contains(passed)) continue;
    owner = passed;
    rest = end;
  }
  const auto* around = entries_.at(owner).resource;
  if (!is_schema(*target, around->dialect.draft)) return unresolved();
  Entry entry{owner, around, std::string(pointer.substr(rest))};
  auto indexed = index(*target, std::move(entry), 0);
  if (!indexed) return std::unexpected(indexed.error());
  return place(*target);
}

Result<const Resource*> Resources::find_resource(const std::string& uri) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  if (const auto* meta = meta_schema(uri)) return add_document(*meta, uri);
  const auto* document = options_.documents ? options_.documents(uri) : nullptr;
  if (document == nullptr) return nullptr;
  outside_.push_back(uri);
  return add_document(*document, uri);
}

}  // namespace hotswap::schema
