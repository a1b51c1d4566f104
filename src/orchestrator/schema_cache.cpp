#include "orchestrator/schema_cache.hpp"

#include "domain/json/parse.hpp"
#include "orchestrator/schema_references.hpp"

namespace hotswap {

Result<std::shared_ptr<const schema::Schema>> SchemaCache::get(const SchemaRef& ref) {
  if (auto known = find(to_string(ref))) return known;
  auto version = store_.schema_version(ref.id, ref.number);
  if (!version) return std::unexpected(version.error());
  return compile(*version);
}

Result<std::shared_ptr<const schema::Schema>> SchemaCache::approved(const SchemaRef& ref) {
  if (auto known = find(to_string(ref))) return known;
  auto version = store_.schema_version(ref.id, ref.number);
  if (!version) return std::unexpected(version.error());
  if (version->state != SchemaState::Approved)
    return fail(ErrorCode::Conflict, "schema.not_approved",
                to_string(ref) + " is " + std::string(to_string(version->state)) +
                    ": use an approved version, or have it approved.");
  return compile(*version);
}

Result<std::shared_ptr<const schema::Schema>> SchemaCache::compile(const SchemaVersion& version) {
  const SchemaRef ref{version.schema, version.number};
  const bool approved = version.state == SchemaState::Approved;
  if (approved)
    if (auto known = find(to_string(ref))) return known;
  auto document = json::parse(version.content);
  if (!document) return std::unexpected(document.error());
  SchemaReferences references(store_, SchemaReferences::Lookup::PinnedOnly, version.references);
  auto schema =
      references.compile(*document, schema_uri(ref.id, ref.number), version.assert_formats);
  if (schema && approved) keep({to_string(ref), version.content.size(), *schema});
  return schema;
}

std::shared_ptr<const schema::Schema> SchemaCache::find(const std::string& key) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->schema;
}

void SchemaCache::keep(Entry entry) {
  const MutexLock lock(mutex_);
  if (entries_.contains(entry.key)) return;
  bytes_ += entry.bytes;
  order_.push_front(std::move(entry));
  entries_[order_.front().key] = order_.begin();
  while (bytes_ > max_bytes_ && order_.size() > 1) {
    bytes_ -= order_.back().bytes;
    entries_.erase(order_.back().key);
    order_.pop_back();
  }
}

}  // namespace hotswap
