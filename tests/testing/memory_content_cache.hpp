#pragma once
#include <map>

#include "domain/base/mutex.hpp"
#include "domain/base/sha256.hpp"
#include "domain/ports/content_cache.hpp"

namespace hotswap::testing {

/// Forgets nothing until it is told to. Thread-safe.
class MemoryContentCache final : public ContentCache {
 public:
  std::optional<std::string> get(const std::string& hash) override {
    const MutexLock lock(mutex_);
    const auto found = kept_.find(hash);
    if (found == kept_.end() || sha256_hex(found->second) != hash) return std::nullopt;
    return found->second;
  }
  void put(const std::string& hash, std::string_view content) override {
    const MutexLock lock(mutex_);
    if (sha256_hex(content) == hash) kept_[hash] = content;
  }
  [[nodiscard]] std::size_t size() const {
    const MutexLock lock(mutex_);
    return kept_.size();
  }
  /// Somebody else writes into it.
  void poison(const std::string& content) {
    const MutexLock lock(mutex_);
    for (auto& [hash, kept] : kept_) kept = content;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::string> kept_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
