#pragma once
// The last minutes of every instance's samples, kept in memory for the judge: what is new as finely
// as it came, what is old in slots that grow. So an instance costs the same however fast it beats.

#include <array>
#include <span>
#include <unordered_map>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/health/sample.hpp"

namespace hotswap {

/// Samples share a slot if they fell into the same cell of the calendar, whatever their order; a
/// slot stands where its first sample does. A window takes whole slots, those that stand in it:
/// adjacent windows lose and double nothing. Of a slot across a window's start nothing counts, so
/// that an old version's samples are never taken for the new one's; less evidence is the safe side.
///
/// Not thread-safe: its owner locks.
class HealthWindows {
 public:
  static constexpr Duration kKeep = std::chrono::minutes(15);
  static constexpr Duration kSlot = std::chrono::milliseconds(500);

  /// Cells that are wholly older than `age` are that wide. Each width divides the next one, and the
  /// widest is shorter than the five seconds between heartbeats that are looked at closely: of
  /// these, each keeps a slot for itself.
  struct Level {
    Duration age;
    Duration width;
  };
  static constexpr std::array<Level, 3> kLevels{
      Level{Duration(0), kSlot}, Level{std::chrono::seconds(10), std::chrono::milliseconds(1'500)},
      Level{std::chrono::seconds(30), std::chrono::milliseconds(4'500)}};
  /// That an instance has at most, outdated ones that are not cleared away yet among them.
  static constexpr std::size_t kSlots = 250;

  struct Slot {
    WallTime at;  ///< of its first sample
    Sample sample;
    WallTime until = at;  ///< of its last sample
  };

  /// In any order: a late sample takes its place, one older than kKeep is dropped.
  void add(const InstanceId& instance, WallTime at, const Sample& sample);
  void forget(const InstanceId& instance);
  /// Sum of the slots in [from, to) of one instance.
  [[nodiscard]] Sample sum(const InstanceId& instance, WallTime from, WallTime to) const;
  /// Slots in [from, to), ascending; valid until the next change.
  [[nodiscard]] std::span<const Slot> slots(const InstanceId& instance, WallTime from,
                                            WallTime to) const;
  /// How many slots there are room for: what an instance costs in memory, contents apart.
  [[nodiscard]] std::size_t room(const InstanceId& instance) const;

 private:
  std::unordered_map<InstanceId, std::vector<Slot>> slots_;
};

}  // namespace hotswap
