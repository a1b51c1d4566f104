#pragma once
// The rotation of the key-encryption key: every data key is unwrapped and wrapped again by the key
// that wraps now, batch by batch, while everything else goes on. Contents do not change. The wish
// stands in the store, so that whichever node leads goes on after a crash; what is done is seen at
// the rows themselves.

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "domain/ports/clock.hpp"
#include "domain/ports/key_wrapper.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

/// What stands in the store of the last rotation.
struct SecretRotationRecord {
  std::string to;          ///< id of the key-encryption key that all shall be under
  std::uint64_t keys = 0;  ///< that were to be wrapped anew
  WallTime started_at{};
  std::optional<WallTime> finished_at;
};

/// How keys are used, and how far the rotation is.
struct SecretKeyStatus {
  std::string current;                       ///< empty: no key
  std::map<std::string, std::uint64_t> use;  ///< data keys by key-encryption key
  std::optional<SecretRotationRecord> last;
  std::uint64_t remaining = 0;  ///< of a rotation that goes on
  std::string error;            ///< why it does not get further, on this node
  [[nodiscard]] bool running() const { return last && !last->finished_at; }
};

class SecretRotation {
 public:
  struct Parts {
    Store& store;
    Committer& committer;
    KeyWrapper& wrapper;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
    /// Lets a new key-encryption key count; empty: somebody else brings it.
    std::function<Result<void>()> renew{};
    /// In a cluster one node wraps. Empty: this one does.
    std::function<bool()> leads{};
  };
  explicit SecretRotation(Parts parts);

  /// Makes a new key where that is this server's to do, and wishes that all be under the current
  /// one. Forbidden, Conflict `secret.rotating` while one goes on to another key, Unavailable
  /// `secret.no_key`.
  [[nodiscard]] Result<SecretKeyStatus> start(const Caller& caller);
  /// Forbidden.
  [[nodiscard]] Result<SecretKeyStatus> status(const Caller& caller);
  /// Does one batch of what is left, if this node is to do it. Whether there may be more.
  bool tick();

  static constexpr std::size_t kBatch = 200;

 private:
  struct Stored {
    WrappedKey row;  ///< as it stands in the store
    SecretRotationRecord record;
  };
  [[nodiscard]] Result<std::optional<Stored>> stored();
  [[nodiscard]] Result<SecretKeyStatus> look();
  [[nodiscard]] Result<bool> work(const Stored& wish);
  [[nodiscard]] Result<bool> rewrap_versions(const std::string& to);
  [[nodiscard]] Result<void> rewrap_own(const std::string& to);
  [[nodiscard]] Result<void> finish(const Stored& wish);
  [[nodiscard]] Result<WrappedKey> wrapped_anew(const WrappedKey& old, std::string_view context,
                                                const std::string& to);
  void failed(const Error& error);

  const Parts parts_;
  Counter& rewrapped_;
  mutable std::mutex mutex_;
  std::string error_;
  MonoTime not_before_{};
};

[[nodiscard]] json::Value to_json(const SecretKeyStatus& status);

}  // namespace hotswap
