#include "orchestrator/schema_references.hpp"

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"

namespace hotswap {

SchemaReferences::SchemaReferences(Store& store, Lookup lookup,
                                   std::map<std::string, std::string> pinned)
    : store_(store), lookup_(lookup), pinned_(std::move(pinned)) {}

schema::CompileOptions SchemaReferences::options(std::string base_uri, bool assert_formats) {
  schema::CompileOptions options;
  options.assert_formats = assert_formats;
  options.base_uri = std::move(base_uri);
  options.documents = [this](std::string_view uri) { return find(std::string(uri)); };
  return options;
}

Result<std::shared_ptr<const schema::Schema>> SchemaReferences::compile(const json::Value& document,
                                                                        std::string base_uri,
                                                                        bool assert_formats) {
  auto compiled = schema::Schema::compile(document, options(std::move(base_uri), assert_formats));
  if (failure_) return std::unexpected(*failure_);
  if (!compiled) return std::unexpected(explain(std::move(compiled.error())));
  return compiled;
}

const json::Value* SchemaReferences::find(const std::string& uri) {
  if (const auto known = documents_.find(uri); known != documents_.end()) return &known->second;
  if (failure_ || missing_.contains(uri)) return nullptr;
  const auto ref = target(uri);
  if (!ref) return nullptr;
  if (documents_.size() >= limits::kSchemaReferences) {
    missing_[uri] = "a schema may refer to at most " + std::to_string(limits::kSchemaReferences) +
                    " others, directly or not: join some of them.";
    return nullptr;
  }
  auto version = store_.schema_version(ref->id, ref->number);
  if (!version && version.error().code != ErrorCode::NotFound) {
    fail_with(version.error());
    return nullptr;
  }
  if (!version) {
    missing_[uri] = to_string(*ref) + " is not registered: register it first.";
    return nullptr;
  }
  if (!usable(uri, *version)) return nullptr;
  auto document = json::parse(version->content);
  if (!document) {
    fail_with(document.error());
    return nullptr;
  }
  used_[uri] = to_string(*ref);
  // What it refers to was decided when it was registered.
  pinned_.insert(version->references.begin(), version->references.end());
  return &documents_.emplace(uri, std::move(*document)).first->second;
}

std::optional<SchemaRef> SchemaReferences::target(const std::string& uri) {
  if (const auto pinned = pinned_.find(uri); pinned != pinned_.end())
    return schema_ref_from_string(pinned->second);
  if (lookup_ == Lookup::PinnedOnly) return std::nullopt;
  return look_up(uri);
}

std::optional<SchemaRef> SchemaReferences::look_up(const std::string& uri) {
  if (auto ref = schema_ref(uri)) return ref;
  if (uri.starts_with("hotswap:")) {
    missing_[uri] =
        "a registered schema is named by its exact version, such as "
        "hotswap:pool@1.2.0.";
    return std::nullopt;
  }
  auto found = store_.schema_by_uri(uri);
  if (!found) {
    fail_with(found.error());
    return std::nullopt;
  }
  if (!*found)
    missing_[uri] =
        "no approved schema has this $id, and nothing is fetched from the network: register it "
        "first, or put it into $defs with its $id.";
  return *found;
}

bool SchemaReferences::usable(const std::string& uri, const SchemaVersion& version) {
  if (version.state == SchemaState::Approved) return true;
  missing_[uri] = to_string(SchemaRef{version.schema, version.number}) +
                  (version.state == SchemaState::Rejected
                       ? " was rejected: refer to an approved version."
                       : " waits for approval: have it approved first, or refer to an approved "
                         "version.");
  return false;
}

void SchemaReferences::fail_with(const Error& error) {
  if (!failure_) failure_ = error;
}

Error SchemaReferences::explain(Error error) const {
  if (error.reason != "schema.unresolved") return error;
  for (const auto& [uri, remedy] : missing_) error.detail += " " + uri + ": " + remedy;
  return error;
}

}  // namespace hotswap
