#pragma once
// Open connections of each address, so that one client cannot take the places of all others.

#include <cstddef>
#include <string>
#include <unordered_map>

#include "domain/base/mutex.hpp"

namespace hotswap::api {

/// Thread-safe. Holds no more entries than there are open connections.
class AddressCount {
 public:
  /// False, and nothing counted, if `most` are open already.
  [[nodiscard]] bool add(const std::string& address, std::size_t most) {
    const MutexLock lock(mutex_);
    auto& count = open_[address];
    if (count >= most) return false;
    ++count;
    return true;
  }
  void remove(const std::string& address) {
    const MutexLock lock(mutex_);
    const auto found = open_.find(address);
    if (found != open_.end() && --found->second == 0) open_.erase(found);
  }
  [[nodiscard]] std::size_t addresses() const {
    const MutexLock lock(mutex_);
    return open_.size();
  }

 private:
  mutable Mutex mutex_;
  std::unordered_map<std::string, std::size_t> open_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
