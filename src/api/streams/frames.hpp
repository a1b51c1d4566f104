#pragma once
// What instances are sent, as bytes: rendered once per change and shared by all who get it.

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "domain/base/mutex.hpp"
#include "domain/fleet/instance.hpp"
#include "domain/ports/content_cache.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/tracer.hpp"
#include "orchestrator/secret_resolver.hpp"
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

  /// Where secrets that are kept elsewhere come from; without it their versions cannot be sent.
  using Resolve =
      std::function<Result<SecretResolver::Resolved>(const VersionName& version, json::Value)>;
  void resolve_by(Resolve resolve) { resolve_ = std::move(resolve); }
  /// The `traceparent` of whoever told instances to take this generation; empty: none.
  using Traced = std::function<std::string(const ProfileName& profile, std::uint64_t generation)>;
  /// Frames name the trace, and what is read elsewhere for them is read in it.
  void trace_by(Tracer& tracer, Traced traced) {
    tracer_ = &tracer;
    traced_ = std::move(traced);
  }
  /// What was rendered of a version no longer counts: a secret that it refers to has changed.
  void forget(const VersionName& version);
  /// How often that has happened to versions of this profile.
  [[nodiscard]] std::uint64_t changes(const ProfileName& profile);

  /// Plain values of a version's secrets (secret_texts()), so that what instances say can be
  /// searched for them; none if they cannot be had. Kept for the newest few versions.
  using Texts = std::shared_ptr<const std::vector<std::string>>;
  [[nodiscard]] Texts secrets_of(const VersionName& version);

  /// The frame of a slot. Reads the version from the store if it is not cached. Conflict
  /// `version.content_changed` if the stored content is not what was assigned.
  [[nodiscard]] Result<Text> frame(FrameKind kind, const ProfileName& profile,
                                   const Assignment::Slot& slot);
  /// Bytes of all texts that anybody still holds: this cache, and streams that send them.
  [[nodiscard]] std::size_t alive() const { return alive_->load(std::memory_order_relaxed); }
  /// `"version":…,"generation":…,"hash":…,"dataHash":…,"secrets":…,"data":{…}`: the members of a
  /// slot with its content; the third and the fourth only where it holds secrets.
  [[nodiscard]] Result<Text> members(const ProfileName& profile, const Assignment::Slot& slot);

 private:
  struct Entry {
    std::string key;
    VersionName version;
    Text text;
  };
  [[nodiscard]] Text counted(std::string text) const;
  [[nodiscard]] Text find(const std::string& key);
  [[nodiscard]] Text repeated(FrameKind kind, const ProfileName& profile,
                              const Assignment::Slot& slot);
  [[nodiscard]] Result<Text> sought(FrameKind kind, const ProfileName& profile,
                                    const Assignment::Slot& slot);
  [[nodiscard]] std::uint64_t forgotten();
  /// Unless something was forgotten since `forgotten` was read.
  void keep(Entry entry, std::uint64_t forgotten);
  struct Content {
    Text text;                  ///< canonical
    std::string hash;           ///< of the text; empty: the slot's, which covers all of it
    std::uint64_t secrets = 0;  ///< SecretResolver::Resolved::secrets
  };
  [[nodiscard]] Result<Content> canonical(const ProfileName& profile, const Assignment::Slot& slot);
  [[nodiscard]] Result<std::string> members_of(const ProfileName& profile,
                                               const Assignment::Slot& slot, bool with_data);
  [[nodiscard]] Result<SecretResolver::Resolved> opened(const Version& version);
  [[nodiscard]] std::string named(const ProfileName& profile, const Assignment::Slot& slot) const;
  [[nodiscard]] std::string activation(const ProfileName& profile, const Assignment::Slot& slot);
  [[nodiscard]] Result<Content> stored(const ProfileName& profile, const Assignment::Slot& slot);

  VersionCache& versions_;
  std::shared_ptr<std::atomic<std::size_t>> alive_ = std::make_shared<std::atomic<std::size_t>>(0);
  struct Shared {
    ContentCache& contents;
    Counter& found;
    Counter& read;
  };
  std::optional<Shared> shared_;
  Resolve resolve_;
  Tracer* tracer_ = nullptr;
  Traced traced_;
  Mutex mutex_;
  std::uint64_t forgotten_ HS_GUARDED_BY(mutex_) = 0;  ///< calls of forget()
  std::map<ProfileName, std::uint64_t> changes_ HS_GUARDED_BY(mutex_);
  static constexpr std::size_t kTexts = 64;
  std::map<VersionName, Texts> texts_ HS_GUARDED_BY(mutex_);
  /// The frame that was asked for last: thousands get the same.
  struct Last {
    FrameKind kind = FrameKind::Config;
    ProfileName profile;
    Assignment::Slot slot;
    Text text;
  };
  Last last_ HS_GUARDED_BY(mutex_);
  std::size_t bytes_ HS_GUARDED_BY(mutex_) = 0;
  std::list<Entry> order_ HS_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
