#pragma once
// The last minutes of every instance's samples, kept in memory for the judge. Bounded: samples
// older than kKeep go, and adjacent ones are merged into slots of kSlot.

#include <span>
#include <unordered_map>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/health/sample.hpp"

namespace hotswap {

/// Not thread-safe: its owner locks.
class HealthWindows {
 public:
  static constexpr Duration kKeep = std::chrono::minutes(15);
  static constexpr Duration kSlot = std::chrono::milliseconds(500);

  struct Slot {
    WallTime at;  ///< of its first sample
    Sample sample;
  };

  /// In any order: a late sample takes its place, one older than kKeep is dropped.
  void add(const InstanceId& instance, WallTime at, const Sample& sample);
  void forget(const InstanceId& instance);
  /// Sum over [from, to) of one instance.
  [[nodiscard]] Sample sum(const InstanceId& instance, WallTime from, WallTime to) const;
  /// Slots in [from, to), ascending; valid until the next change.
  [[nodiscard]] std::span<const Slot> slots(const InstanceId& instance, WallTime from,
                                            WallTime to) const;

 private:
  std::unordered_map<InstanceId, std::vector<Slot>> slots_;
};

}  // namespace hotswap
