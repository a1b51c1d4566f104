#include "infrastructure/vault/lease.hpp"

#include <algorithm>

namespace hotswap::vault {
namespace {

constexpr Duration kLookAgain = std::chrono::hours(1);
constexpr Duration kShortestPause = std::chrono::seconds(1);
constexpr Duration kLongestPause = std::chrono::seconds(30);

}  // namespace

NextStep next_step(const Lease& lease, MonoTime now) {
  if (lease.ttl == Duration::zero()) return {Due::Nothing, kLookAgain};
  const bool worn = 2 * lease.ttl < lease.full;
  const Due due = lease.renewable && !worn && !lease.expired(now) ? Due::Renewal : Due::NewToken;
  const auto at = lease.since + lease.ttl * 2 / 3;
  return {due, std::max(Duration::zero(), std::chrono::duration_cast<Duration>(at - now))};
}

Duration pause_after_failure(Duration left) {
  return std::clamp<Duration>(left / 10, kShortestPause, kLongestPause);
}

}  // namespace hotswap::vault
