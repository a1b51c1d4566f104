#pragma once
// When a token must be renewed or replaced. Pure: the time is told.

#include "domain/base/time.hpp"

namespace hotswap::vault {

/// A token's life as Vault told it.
struct Lease {
  MonoTime since{};  ///< when it was granted or renewed
  Duration ttl{};    ///< from then on; zero: it never expires
  bool renewable = false;
  /// Of a new one. Vault grants less and less as the longest life of a token comes near; then a new
  /// one is due.
  Duration full{};

  [[nodiscard]] bool expired(MonoTime now) const {
    return ttl != Duration::zero() && now - since >= ttl;
  }
};

enum class Due { Nothing, Renewal, NewToken };
struct NextStep {
  Due due = Due::Nothing;
  Duration in{};  ///< zero: now; of Nothing: when to look again
  bool operator==(const NextStep&) const = default;
};

/// Renewal at two thirds of its life; a new token instead where renewing does not help for long, or
/// not at all.
[[nodiscard]] NextStep next_step(const Lease& lease, MonoTime now);

/// How long to wait after a renewal or login that failed, with `left` of the token's life.
[[nodiscard]] Duration pause_after_failure(Duration left);

}  // namespace hotswap::vault
