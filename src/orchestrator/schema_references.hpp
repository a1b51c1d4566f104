#pragma once
// The other documents that a schema refers to. Nothing is ever fetched: a reference names a
// registered schema, and each is pinned to one version when the schema is registered.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/ports/store.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap {

/// The references of one schema. Not thread-safe; its options() live no longer than it does.
class SchemaReferences {
 public:
  enum class Lookup {
    PinnedOnly,  ///< of a stored version, which later versions of others never change
    Registered   ///< of a new one: what is not pinned is looked for among the approved versions
  };
  /// `pinned`: URI → `pool@1.2.0`.
  SchemaReferences(Store& store, Lookup lookup, std::map<std::string, std::string> pinned = {});
  SchemaReferences(const SchemaReferences&) = delete;
  SchemaReferences& operator=(const SchemaReferences&) = delete;

  /// As schema::Schema::compile; an unresolved reference is explained with its remedy. What the
  /// store could not do is that error.
  [[nodiscard]] Result<std::shared_ptr<const schema::Schema>> compile(const json::Value& document,
                                                                      std::string base_uri,
                                                                      bool assert_formats);
  [[nodiscard]] schema::CompileOptions options(std::string base_uri, bool assert_formats);
  /// Every outside document that was asked for and found, also those that these refer to.
  [[nodiscard]] const std::map<std::string, std::string>& used() const { return used_; }

 private:
  [[nodiscard]] const json::Value* find(const std::string& uri);
  [[nodiscard]] std::optional<SchemaRef> target(const std::string& uri);
  [[nodiscard]] std::optional<SchemaRef> look_up(const std::string& uri);
  [[nodiscard]] bool usable(const std::string& uri, const SchemaVersion& version);
  [[nodiscard]] Error explain(Error error) const;
  void fail_with(const Error& error);

  Store& store_;
  const Lookup lookup_;
  std::map<std::string, std::string> pinned_;  ///< its own, then those of what was loaded
  std::map<std::string, std::string> used_;
  std::map<std::string, json::Value> documents_;
  std::map<std::string, std::string> missing_;  ///< URI → why, and what to do
  std::optional<Error> failure_;
};

}  // namespace hotswap
