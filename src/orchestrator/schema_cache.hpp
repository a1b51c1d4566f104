#pragma once
// Compiled schemas by id and version. Approved versions never change, so they stay for as long as
// there is room.

#include <list>
#include <memory>
#include <unordered_map>

#include "domain/base/mutex.hpp"
#include "domain/ports/store.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap {

/// Thread-safe; bounded by bytes of schema text, least recently used goes first.
class SchemaCache {
 public:
  explicit SchemaCache(Store& store, std::size_t max_bytes = 8u << 20)
      : store_(store), max_bytes_(max_bytes) {}

  /// Of a version in any state; only approved ones are kept. References resolve to the versions
  /// that it was pinned to. NotFound `schema.version_not_found`.
  [[nodiscard]] Result<std::shared_ptr<const schema::Schema>> get(const SchemaRef& ref);
  /// Conflict `schema.not_approved` for other states.
  [[nodiscard]] Result<std::shared_ptr<const schema::Schema>> approved(const SchemaRef& ref);
  /// Of a version that was read already, with its content.
  [[nodiscard]] Result<std::shared_ptr<const schema::Schema>> compile(const SchemaVersion& version);

 private:
  struct Entry {
    std::string key;
    std::size_t bytes = 0;
    std::shared_ptr<const schema::Schema> schema;
  };
  [[nodiscard]] std::shared_ptr<const schema::Schema> find(const std::string& key);
  void keep(Entry entry);

  Store& store_;
  const std::size_t max_bytes_;
  Mutex mutex_;
  std::size_t bytes_ HS_GUARDED_BY(mutex_) = 0;
  std::list<Entry> order_ HS_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
