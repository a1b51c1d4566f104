#pragma once
// Profiles as they were read last. They may have changed since, so whoever uses one lets the store
// check it with the change.

#include <memory>
#include <unordered_map>

#include "domain/base/mutex.hpp"
#include "domain/config/profile.hpp"

namespace hotswap {

/// Thread-safe.
class ProfilesRead {
 public:
  [[nodiscard]] std::shared_ptr<const Profile> find(const ProfileName& name) const {
    const MutexLock lock(mutex_);
    const auto found = profiles_.find(name);
    return found == profiles_.end() ? nullptr : found->second;
  }
  void keep(const Profile& profile) {
    auto copy = std::make_shared<const Profile>(profile);
    const MutexLock lock(mutex_);
    if (profiles_.size() >= kMost) profiles_.clear();
    profiles_.insert_or_assign(profile.name, std::move(copy));
  }

 private:
  static constexpr std::size_t kMost = 1000;
  mutable Mutex mutex_;
  std::unordered_map<ProfileName, std::shared_ptr<const Profile>> profiles_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
