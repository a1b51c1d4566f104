#include "orchestrator/version_cache.hpp"

namespace hotswap {

Result<std::shared_ptr<const Version>> VersionCache::get(const ProfileName& profile,
                                                         const SemVer& number) {
  const Key key = profile.value + ' ' + number.str();
  std::uint64_t forgotten = 0;
  {
    const MutexLock lock(mutex_);
    forgotten = forgotten_;
    if (const auto found = entries_.find(key); found != entries_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return found->second->version;
    }
  }
  auto loaded = store_.version(profile, number);
  if (!loaded) return std::unexpected(loaded.error());
  auto version = std::make_shared<const Version>(std::move(*loaded));
  const MutexLock lock(mutex_);
  // What was read may have been deleted since, and its number given to other content.
  if (forgotten_ != forgotten) return version;
  if (const auto found = entries_.find(key); found != entries_.end()) return found->second->version;
  order_.push_front({key, version});
  entries_[key] = order_.begin();
  bytes_ += version->content.size();
  while (bytes_ > max_bytes_ && order_.size() > 1) {
    bytes_ -= order_.back().version->content.size();
    entries_.erase(order_.back().key);
    order_.pop_back();
  }
  return version;
}

void VersionCache::forget(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  ++forgotten_;
  for (auto it = order_.begin(); it != order_.end();) {
    if (it->version->profile == profile) {
      bytes_ -= it->version->content.size();
      entries_.erase(it->key);
      it = order_.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace hotswap
