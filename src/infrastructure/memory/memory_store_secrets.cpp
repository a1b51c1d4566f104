// What a MemoryStore keeps for the sake of secrets.
#include "infrastructure/memory/memory_store.hpp"

namespace hotswap {

Result<std::optional<WrappedKey>> MemoryStore::secret_key(const std::string& name) {
  const MutexLock lock(mutex_);
  const auto found = state_.secret_keys.find(name);
  if (found == state_.secret_keys.end()) return std::optional<WrappedKey>();
  return std::optional(found->second);
}

Result<std::vector<KeyedVersion>> MemoryStore::versions_not_under(const std::string& key_id,
                                                                  std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<KeyedVersion> found;
  for (const auto& [key, stored] : state_.versions) {
    const Version& version = stored.version;
    if (found.size() == limit) break;
    if (!version.key.empty() && version.key.key_id != key_id)
      found.push_back({{version.profile, version.number}, version.key});
  }
  return found;
}

Result<std::map<std::string, std::uint64_t>> MemoryStore::key_use() {
  const MutexLock lock(mutex_);
  std::map<std::string, std::uint64_t> use;
  for (const auto& [key, stored] : state_.versions)
    if (!stored.version.key.empty()) ++use[stored.version.key.key_id];
  for (const auto& [name, key] : state_.secret_keys)
    if (!key.empty() && name != "rotation") ++use[key.key_id];
  return use;
}

Result<std::vector<VersionName>> MemoryStore::maybe_plain(const VersionName& after, bool archived,
                                                          std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<VersionName> found;
  auto it = after.first.empty() ? state_.versions.begin()
                                : state_.versions.upper_bound({after.first, after.second.str()});
  for (; it != state_.versions.end() && found.size() < limit; ++it) {
    const Version& version = it->second.version;
    if (!version.key.empty()) continue;
    const bool plain = version.archived
                           ? archived
                           : version.content.find(R"("type":"secret")") != std::string::npos;
    if (plain) found.emplace_back(version.profile, version.number);
  }
  return found;
}

Result<std::optional<SecretReferenceState>> MemoryStore::secret_reference(
    const std::string& reference) {
  const MutexLock lock(mutex_);
  const auto found = state_.secret_references.find(reference);
  if (found == state_.secret_references.end()) return std::optional<SecretReferenceState>();
  return std::optional(found->second);
}

}  // namespace hotswap
