#include "api/resources/read_cache.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kPrefix = "/api/v1/configs/";

/// The profile that a path is about; empty if it is about none.
std::string_view profile_in(std::string_view path) {
  if (!path.starts_with(kPrefix)) return {};
  path.remove_prefix(kPrefix.size());
  return path.substr(0, path.find('/'));
}

}  // namespace

ReadCache::Shard& ReadCache::shard_of(std::string_view profile) {
  return shards_[Hash{}(profile) % kShards];
}

std::shared_ptr<const ReadCache::Entry> ReadCache::find(std::string_view path) {
  const auto profile = profile_in(path);
  if (profile.empty()) return nullptr;
  auto& shard = shard_of(profile);
  const MutexLock lock(shard.mutex);
  const auto paths = shard.entries.find(profile);
  if (paths == shard.entries.end()) return nullptr;
  const auto found = paths->second.find(path);
  if (found == paths->second.end() || found->second->until <= clock_.mono()) return nullptr;
  return found->second;
}

std::uint64_t ReadCache::epoch(const ProfileName& profile) {
  auto& shard = shard_of(profile.str());
  const MutexLock lock(shard.mutex);
  return shard.epoch;
}

void ReadCache::put(const ProfileName& profile, std::string_view path, std::uint64_t epoch,
                    Entry entry) {
  // A path that spells the name with escapes would not be found again by the name.
  if (off_ || profile_in(path) != profile.str() || entry.body->size() > kBodyBytes) return;
  entry.until = clock_.mono() + kFresh;
  auto& shard = shard_of(profile.str());
  const MutexLock lock(shard.mutex);
  if (shard.epoch != epoch) return;
  const auto size = entry.body->size() + path.size();
  if (shard.bytes + size > kBytesPerShard) {
    shard.entries.clear();
    shard.bytes = 0;
  }
  auto& slot = shard.entries[profile.str()][std::string(path)];
  if (slot) shard.bytes -= slot->body->size() + path.size();
  shard.bytes += size;
  slot = std::make_shared<const Entry>(std::move(entry));
}

void ReadCache::forget(const ProfileName& profile) {
  auto& shard = shard_of(profile.str());
  const MutexLock lock(shard.mutex);
  ++shard.epoch;
  const auto found = shard.entries.find(profile.str());
  if (found == shard.entries.end()) return;
  for (const auto& [path, entry] : found->second) shard.bytes -= entry->body->size() + path.size();
  shard.entries.erase(found);
}

}  // namespace hotswap::api
