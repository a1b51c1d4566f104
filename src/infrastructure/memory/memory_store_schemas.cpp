// The reads of a MemoryStore about registered schemas.
#include <limits>

#include "infrastructure/memory/filters.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/memory/page.hpp"
#include "infrastructure/memory/schemas.hpp"
#include "infrastructure/store/errors.hpp"
#include "infrastructure/store/links.hpp"

namespace hotswap {
namespace {

using memory::StoredSchemaVersion;

constexpr std::string_view kSchemas = "schemas";
constexpr std::string_view kSchemaVersions = "schema-versions";

bool matches(const memory::State& state, const SchemaFilter& filter,
             const RegisteredSchema& schema) {
  if (!memory::contains_text(schema.id.str(), filter.text) &&
      !memory::contains_text(schema.description, filter.text)) {
    return false;
  }
  return !filter.any || !memory::schema_numbers(state, schema.id, filter.any).empty();
}

std::vector<const StoredSchemaVersion*> newest_first(const memory::State& state,
                                                     const SchemaId& id) {
  std::vector<const StoredSchemaVersion*> found;
  auto it = state.schema_versions.lower_bound({id, ""});
  for (; it != state.schema_versions.end() && it->first.first == id; ++it) {
    found.push_back(&it->second);
  }
  std::ranges::sort(found, std::greater(), &StoredSchemaVersion::registered);
  return found;
}

Result<Page<RegisteredSchema>> page_of_schemas(const memory::State& state,
                                               const SchemaFilter& filter,
                                               const PageRequest& page) {
  auto first = state.schemas.begin();
  if (!page.cursor.empty()) {
    const auto key = store::decode_cursor(kSchemas, page.cursor);
    if (!key) return std::unexpected(key.error());
    first = state.schemas.upper_bound(SchemaId(*key));
  }
  return memory::fill_page<RegisteredSchema>(
      std::ranges::subrange(first, state.schemas.end()), {kSchemas, store::page_limit(page)},
      [&](const auto& entry) { return matches(state, filter, entry.second); },
      [](const auto& entry) { return entry.second; },
      [](const auto& entry) { return entry.first.str(); });
}

SchemaVersion for_lists(SchemaVersion version) {
  version.content.clear();
  version.compared.clear();
  version.references.clear();
  return version;
}

}  // namespace

Result<RegisteredSchema> MemoryStore::schema(const SchemaId& id) {
  const MutexLock lock(mutex_);
  const auto found = state_.schemas.find(id);
  if (found == state_.schemas.end()) return std::unexpected(store::schema_not_found(id));
  return found->second;
}

Result<Page<RegisteredSchema>> MemoryStore::schemas(const SchemaFilter& filter,
                                                    const PageRequest& page) {
  const MutexLock lock(mutex_);
  return page_of_schemas(state_, filter, page);
}

Result<SchemaVersion> MemoryStore::schema_version(const SchemaId& id, const SemVer& number) {
  const MutexLock lock(mutex_);
  const auto found = state_.schema_versions.find({id, number.str()});
  if (found == state_.schema_versions.end()) {
    return std::unexpected(store::schema_version_not_found(id, number));
  }
  return found->second.version;
}

Result<Page<SchemaVersion>> MemoryStore::schema_versions(const SchemaId& id,
                                                         const PageRequest& page) {
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
  if (!page.cursor.empty()) {
    const auto key = store::decode_number_cursor(kSchemaVersions, page.cursor);
    if (!key) return std::unexpected(key.error());
    before = *key;
  }
  const MutexLock lock(mutex_);
  const auto versions = newest_first(state_, id);
  return memory::fill_page<SchemaVersion>(
      std::ranges::subrange(versions.begin(), versions.end()),
      {kSchemaVersions, store::page_limit(page)},
      [&](const StoredSchemaVersion* stored) { return stored->registered < before; },
      [](const StoredSchemaVersion* stored) { return for_lists(stored->version); },
      [](const StoredSchemaVersion* stored) { return std::to_string(stored->registered); });
}

Result<std::vector<SemVer>> MemoryStore::schema_numbers(const SchemaId& id,
                                                        std::optional<SchemaState> state) {
  const MutexLock lock(mutex_);
  return memory::schema_numbers(state_, id, state);
}

Result<std::optional<SchemaRef>> MemoryStore::schema_by_uri(const std::string& uri) {
  const MutexLock lock(mutex_);
  std::vector<SchemaRef> named;
  for (const auto& [key, stored] : state_.schema_versions) {
    const SchemaVersion& version = stored.version;
    if (uri.empty() || version.uri != uri || version.state != SchemaState::Approved) continue;
    named.push_back({version.schema, version.number});
  }
  return store::latest_ref_of(named);
}

Result<std::vector<Profile>> MemoryStore::profiles_linked(const SchemaId& id) {
  const MutexLock lock(mutex_);
  std::vector<Profile> found;
  for (const auto& [name, profile] : state_.profiles) {
    if (id.empty() || store::linked_schema(profile.schema_id) != id.str()) continue;
    found.push_back(profile);
  }
  return found;
}

}  // namespace hotswap
