#pragma once
// Rendered answers of the most asked reads (a profile, a version), served on the io thread. A
// change of the profile drops them at once; what changes without it (live counts) may lag by
// kFresh.

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "domain/access/access.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap::api {

/// Thread-safe, bounded by bytes.
class ReadCache {
 public:
  static constexpr auto kFresh = std::chrono::seconds(1);
  static constexpr std::size_t kBodyBytes = 64 << 10;  ///< larger answers are not kept
  static constexpr std::size_t kBytesPerShard = 2u << 20;

  struct Entry {
    std::shared_ptr<const std::string> body;
    std::string etag;
    Action action = Action::ConfigRead;  ///< what a caller must be allowed
    Access access;                       ///< of the profile
    MonoTime until{};
    std::size_t route = 0;  ///< of the request, for RequestNotes
  };

  explicit ReadCache(const Clock& clock) : clock_(clock) {}
  /// Keeps nothing: beside other nodes, whose changes are heard of a moment late. Before use.
  void turn_off() { off_ = true; }

  /// `path` as in the request line. Nothing if unknown or too old.
  [[nodiscard]] std::shared_ptr<const Entry> find(std::string_view path);
  /// Take before reading from the store; put() refuses the entry if the profile changed since.
  [[nodiscard]] std::uint64_t epoch(const ProfileName& profile);
  void put(const ProfileName& profile, std::string_view path, std::uint64_t epoch, Entry entry);
  void forget(const ProfileName& profile);

 private:
  static constexpr std::size_t kShards = 16;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  struct Shard {
    Mutex mutex;
    std::uint64_t epoch HS_GUARDED_BY(mutex) = 0;
    std::size_t bytes HS_GUARDED_BY(mutex) = 0;
    /// Profile → path → answer.
    ByText<ByText<std::shared_ptr<const Entry>>> entries HS_GUARDED_BY(mutex);
  };
  [[nodiscard]] Shard& shard_of(std::string_view profile);

  const Clock& clock_;
  bool off_ = false;
  std::array<Shard, kShards> shards_;
};

}  // namespace hotswap::api
