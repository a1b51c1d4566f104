#pragma once
// Tokens of instances that were made worthless before their time.

#include <map>

#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

/// Thread-safe. All revocations are in memory, so that asking for one is cheap; in a cluster those
/// of other nodes come in by the committer.
class RevocationService {
 public:
  static constexpr std::size_t kRevocations = 100'000;

  RevocationService(Store& store, Committer& committer, const Clock& clock);

  /// Reads them from the store; before the first request.
  [[nodiscard]] Result<void> load();

  /// From now on no token counts that was issued for this instance so far, and its id can only be
  /// registered with a newer one. The instance need not be registered now: its token may be at
  /// large nevertheless. Errors: Forbidden, Unavailable `instance.too_many_revocations`.
  [[nodiscard]] Result<Revocation> revoke(const Caller& caller, const InstanceId& id);

  /// Whether a token that was issued then (in whole seconds; nothing: nobody knows) counts no more.
  [[nodiscard]] bool refuses(const InstanceId& id, std::optional<WallTime> issued) const;

 private:
  void take(const Revocation& revocation);

  Store& store_;
  Committer& committer_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<InstanceId, WallTime> revoked_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
