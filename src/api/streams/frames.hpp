#pragma once
// What instances are sent, as bytes: rendered once per change and shared by all who get it.

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "domain/base/mutex.hpp"
#include "domain/fleet/instance.hpp"
#include "domain/ports/content_cache.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap::api {

enum class FrameKind { Config, Stage, Activate };

/// One server-sent event with its closing blank line. `data` is one line. `id` 0: none.
[[nodiscard]] std::string sse_frame(std::string_view event, std::uint64_t id,
                                    std::string_view data);

/// The `unassign` frame of the instance protocol.
[[nodiscard]] std::string unassign_frame(const ProfileName& profile, std::uint64_t generation);

/// Thread-safe; bounded by bytes, least recently used goes first.
class FrameCache {
 public:
  using Text = std::shared_ptr<const std::string>;
  static constexpr std::size_t kBytes = 32u << 20;

  explicit FrameCache(VersionCache& versions) : versions_(versions) {}

  /// Contents that are not here are sought there before they are read from the store. Before any
  /// frame is asked for.
  void share(ContentCache& contents, Metrics& metrics);

  /// The frame of a slot. Reads the version from the store if it is not cached. Conflict
  /// `version.content_changed` if the stored content is not what was assigned.
  [[nodiscard]] Result<Text> frame(FrameKind kind, const ProfileName& profile,
                                   const Assignment::Slot& slot);
  /// Bytes of all texts that anybody still holds: this cache, and streams that send them.
  [[nodiscard]] std::size_t alive() const { return alive_->load(std::memory_order_relaxed); }
  /// `"version":…,"generation":…,"hash":…,"data":{…}`: the members of a slot with its content.
  [[nodiscard]] Result<Text> members(const ProfileName& profile, const Assignment::Slot& slot);

 private:
  struct Entry {
    std::string key;
    Text text;
  };
  [[nodiscard]] Text counted(std::string text) const;
  [[nodiscard]] Text find(const std::string& key);
  void keep(const std::string& key, const Text& text);
  [[nodiscard]] Result<Text> canonical(const ProfileName& profile, const Assignment::Slot& slot);
  [[nodiscard]] Result<Text> stored(const ProfileName& profile, const Assignment::Slot& slot);

  VersionCache& versions_;
  std::shared_ptr<std::atomic<std::size_t>> alive_ = std::make_shared<std::atomic<std::size_t>>(0);
  struct Shared {
    ContentCache& contents;
    Counter& found;
    Counter& read;
  };
  std::optional<Shared> shared_;
  Mutex mutex_;
  std::size_t bytes_ HS_GUARDED_BY(mutex_) = 0;
  std::list<Entry> order_ HS_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
