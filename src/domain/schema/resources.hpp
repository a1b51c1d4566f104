#pragma once
// A schema document and those that it refers to, indexed: which value is a schema, under which base
// URI and draft, and what a reference leads to. Compiler and compatibility checker build on it.
//
//   auto resources = Resources::of(document, options);           // or the error
//   Place root = resources->root();
//   auto target = resources->resolve(root.base, "#/$defs/port");  // Place, or schema.unresolved
//   Place inside = resources->place(*root.schema->find("not"));   // a subschema on the way down

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/schema/dialect.hpp"

namespace hotswap::schema {

/// A schema with its own URI: a document's root, or a subschema with `$id`.
struct Resource {
  std::size_t number = 0;    ///< counts from 0 in the order of discovery
  std::string uri;           ///< absolute, without fragment; empty if nothing gives one
  std::string document_uri;  ///< by which the document was asked for
  const json::Value* root = nullptr;
  Dialect dialect;
  std::map<std::string, const json::Value*, std::less<>> anchors;  ///< `$anchor` and `#…` ids
  std::map<std::string, const json::Value*, std::less<>> dynamic_anchors;  ///< also in `anchors`
  bool recursive_anchor = false;  ///< `$recursiveAnchor: true` at the root (2019-09)
};

/// A schema in its surroundings. `schema` is an object or, from draft 6, a boolean.
struct Place {
  const json::Value* schema = nullptr;
  std::string base;  ///< against which its `$ref` resolves
  Draft draft = Draft::Draft2020;
  const Resource* resource = nullptr;  ///< lives as long as the index
};

/// Not thread-safe; one belongs to one compilation. Movable. `document` and everything that
/// options.documents gives must outlive it unchanged.
class Resources {
 public:
  /// Indexes the document. Errors: schema.unknown_dialect, schema.too_large (subschemas, nesting),
  /// schema.invalid (no schema at all). Fields name the place by JSONPath.
  [[nodiscard]] static Result<Resources> of(const json::Value& document, CompileOptions options);
  Resources(Resources&&) noexcept = default;
  Resources& operator=(Resources&&) noexcept = default;

  [[nodiscard]] Place root() const;
  /// Place of a subschema of a document that is indexed, at the address it has there. A value that
  /// no keyword holds as a schema, but a pointer led to, is one, too.
  [[nodiscard]] Place place(const json::Value& schema) const;
  [[nodiscard]] bool knows(const json::Value& schema) const { return entries_.contains(&schema); }
  /// Follows a `$ref` (also the static target of `$dynamicRef` and `$recursiveRef`) and indexes the
  /// outside document if it is new. Error schema.unresolved names reference and reason; an outside
  /// document can also be schema.unknown_dialect, schema.too_large or schema.invalid.
  [[nodiscard]] Result<Place> resolve(std::string_view base, std::string_view reference);
  /// JSON Pointer of an indexed subschema from the root of its resource.
  [[nodiscard]] std::string pointer(const json::Value& schema) const;
  /// JSONPath of an indexed subschema from the root of its document.
  [[nodiscard]] std::string path(const json::Value& schema) const;

  /// The resource in which the root of this one stands; nullptr for a document's own.
  [[nodiscard]] const Resource* around(const Resource& resource) const;
  [[nodiscard]] const std::deque<Resource>& all() const { return resources_; }
  /// URIs by which outside documents were asked for, sorted; without the built-in meta-schemas.
  [[nodiscard]] std::vector<std::string> outside() const;
  /// The dialect of a meta-schema by URI, also of one that only `documents` knows.
  [[nodiscard]] Result<Dialect> dialect(std::string_view meta_schema_uri) const;

 private:
  /// One step of the way from the enclosing schema: a keyword, and a name or index below it.
  struct Entry {
    const json::Value* parent = nullptr;
    const Resource* resource = nullptr;
    std::string steps;  ///< as JSON Pointer
  };

  explicit Resources(CompileOptions options) : options_(std::move(options)) {}
  Result<const Resource*> add_document(const json::Value& document, const std::string& uri);
  Result<const Resource*> find_resource(const std::string& uri);
  Result<void> index(const json::Value& schema, Entry entry, int depth);
  Result<void> index_held(const json::Value& schema, const Resource& resource, int depth);
  Result<Resource*> enter_resource(const json::Value& schema, const Entry& entry);
  Result<Place> at_pointer(const Resource& resource, std::string_view pointer);
  void note_anchors(const json::Value& schema, Resource& resource);
  Resource& new_resource(const json::Value& root, std::string uri, Dialect dialect);

  CompileOptions options_;
  Draft usual_draft_ = Draft::Draft2020;  ///< of documents without $schema: as the first one
  std::deque<Resource> resources_;
  std::map<std::string, Resource*, std::less<>> by_uri_;
  std::unordered_map<const json::Value*, Entry> entries_;
  std::vector<std::string> outside_;
};

}  // namespace hotswap::schema
