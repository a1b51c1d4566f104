#include "domain/flow/rate_table.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"

namespace hotswap {
namespace {

/// SplitMix64's finalizer: every bit of the input reaches every bit of the output.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

std::int64_t nanoseconds_of(MonoTime now) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
}

}  // namespace

Grant take(std::int64_t& full_at_ns, const Rate& rate, std::int64_t now_ns) {
  if (!rate.limits()) return {};
  const auto interval = rate.interval.count();
  const auto most = interval * std::max(rate.burst, 1);
  const auto full_at = std::max(full_at_ns, now_ns) + interval;
  const auto over = full_at - now_ns - most;
  if (over > 0) return {false, 0, std::chrono::nanoseconds(over)};
  full_at_ns = full_at;
  return {true, static_cast<int>(-over / interval), {}};
}

RateTable::RateTable(std::uint64_t seed, std::size_t sets)
    : seed_(seed), sets_(sets), locks_(std::make_unique<std::array<Mutex, kLocks>>()) {
  HS_ASSERT(sets >= 1 && (sets & (sets - 1)) == 0);
}

std::uint64_t RateTable::hash(std::uint64_t scope, std::string_view key) const {
  std::uint64_t state = mix(seed_ ^ mix(scope + 1));
  for (const char c : key) state = mix(state ^ static_cast<unsigned char>(c)) + seed_;
  return std::max<std::uint64_t>(state, 1);
}

// Its own place; else a free one; else that of whoever is nearest to a full bucket, which is what a
// newcomer is given.
RateTable::Entry& RateTable::place_of(Set& set, std::uint64_t hash) {
  const auto own = std::ranges::find(set, hash, &Entry::key);
  if (own != set.end()) return *own;
  auto& place = *std::ranges::min_element(set, {}, &Entry::full_at);
  place = {hash, 0};
  return place;
}

Grant RateTable::take(std::uint64_t scope, std::string_view key, const Rate& rate, MonoTime now) {
  if (!rate.limits()) return {};
  const auto hashed = hash(scope, key);
  const auto index = hashed & (sets_.size() - 1);
  const MutexLock lock((*locks_)[index % kLocks]);
  return hotswap::take(place_of(sets_[index], hashed).full_at, rate, nanoseconds_of(now));
}

Grant RateTable::look(std::uint64_t scope, std::string_view key, const Rate& rate, MonoTime now) {
  if (!rate.limits()) return {};
  const auto hashed = hash(scope, key);
  const auto index = hashed & (sets_.size() - 1);
  const MutexLock lock((*locks_)[index % kLocks]);
  const auto own = std::ranges::find(sets_[index], hashed, &Entry::key);
  std::int64_t full_at = own == sets_[index].end() ? 0 : own->full_at;
  return hotswap::take(full_at, rate, nanoseconds_of(now));
}

}  // namespace hotswap
