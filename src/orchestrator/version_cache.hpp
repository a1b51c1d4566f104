#pragma once
// Versions never change, so they are cached for as long as there is room.

#include <list>
#include <memory>
#include <unordered_map>

#include "domain/base/mutex.hpp"
#include "domain/ports/store.hpp"
#include "orchestrator/open_version.hpp"

namespace hotswap {

/// Thread-safe, bounded by bytes of content, least recently used goes first.
class VersionCache {
 public:
  explicit VersionCache(Store& store, std::size_t max_bytes = 32u << 20)
      : store_(store), max_bytes_(max_bytes) {}

  /// With content; tags and failed_reason may be stale: ask the store for those.
  [[nodiscard]] Result<std::shared_ptr<const Version>> get(const ProfileName& profile,
                                                           const SemVer& number);
  void forget(const ProfileName& profile);

  /// Before the first document is asked for; without it sealed secrets stay sealed.
  void open_by(OpenVersion open) { open_ = std::move(open); }
  /// With its secrets as their plain values. Made anew for each caller and kept nowhere.
  [[nodiscard]] Result<json::Value> document(const Version& version) const {
    return open_(version);
  }

 private:
  using Key = std::string;
  struct Entry {
    Key key;
    std::shared_ptr<const Version> version;
  };
  Store& store_;
  const std::size_t max_bytes_;
  OpenVersion open_ = parse_version;
  Mutex mutex_;
  std::uint64_t forgotten_ HS_GUARDED_BY(mutex_) = 0;  ///< calls of forget()
  std::size_t bytes_ HS_GUARDED_BY(mutex_) = 0;
  std::list<Entry> order_ HS_GUARDED_BY(mutex_);
  std::unordered_map<Key, std::list<Entry>::iterator> entries_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
