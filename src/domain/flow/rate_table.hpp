#pragma once
// Who asks how often: one token bucket for each of many keys in a table that never grows. Under a
// flood of keys those are forgotten first that lose nothing by it.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

/// `burst` requests at once, and then one every `interval`.
struct Rate {
  std::chrono::nanoseconds interval{};  ///< zero: no limit
  int burst = 1;

  [[nodiscard]] static Rate of(int count, Duration per, int burst) {
    if (count <= 0) return {};
    return {std::chrono::nanoseconds(per) / count, burst};
  }
  [[nodiscard]] bool limits() const { return interval.count() > 0; }
};

/// What became of one request.
struct Grant {
  bool granted = true;
  int left = 0;                     ///< further ones that would be granted now
  std::chrono::nanoseconds wait{};  ///< until the next one would be
};

/// A bucket as one time: when it will be full again (the "virtual scheduling" form of the leaky
/// bucket, GCRA). Pure; a refused request takes nothing.
[[nodiscard]] Grant take(std::int64_t& full_at_ns, const Rate& rate, std::int64_t now_ns);

/// Thread-safe.
class RateTable {
 public:
  static constexpr std::size_t kWays = 8;

  /// `seed` is secret, so that nobody can choose keys that push others out. `sets` × kWays keys; a
  /// power of two.
  explicit RateTable(std::uint64_t seed, std::size_t sets = 4096);

  /// `scope` keeps kinds of keys apart.
  [[nodiscard]] Grant take(std::uint64_t scope, std::string_view key, const Rate& rate,
                           MonoTime now);
  /// As take, without taking.
  [[nodiscard]] Grant look(std::uint64_t scope, std::string_view key, const Rate& rate,
                           MonoTime now);
  [[nodiscard]] std::size_t capacity() const { return sets_.size() * kWays; }

 private:
  struct Entry {
    std::uint64_t key = 0;  ///< hash; 0: free
    std::int64_t full_at = 0;
  };
  using Set = std::array<Entry, kWays>;
  static constexpr std::size_t kLocks = 64;

  [[nodiscard]] std::uint64_t hash(std::uint64_t scope, std::string_view key) const;
  [[nodiscard]] static Entry& place_of(Set& set, std::uint64_t hash);

  const std::uint64_t seed_;
  std::vector<Set> sets_;  ///< each guarded by one of the locks
  std::unique_ptr<std::array<Mutex, kLocks>> locks_;
};

}  // namespace hotswap
