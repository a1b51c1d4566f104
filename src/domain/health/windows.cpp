#include "domain/health/windows.hpp"

#include <algorithm>

namespace hotswap {
namespace {

using Slot = HealthWindows::Slot;
using Level = HealthWindows::Level;
using Slots = std::vector<Slot>;

/// Outdated slots go together: taking each one from the front would move all others.
constexpr std::ptrdiff_t kOutdated = 12;
/// Their number is bounded: doubling the room would only waste half of it.
constexpr std::size_t kGrowth = 8;

constexpr std::size_t most_slots() {
  std::size_t most = kOutdated;
  for (std::size_t i = 0; i < HealthWindows::kLevels.size(); ++i) {
    const auto& [age, width] = HealthWindows::kLevels[i];
    const bool last = i + 1 == HealthWindows::kLevels.size();
    const Duration older = last ? HealthWindows::kKeep : HealthWindows::kLevels[i + 1].age;
    // Cells wait until the wider one they belong to is wholly old enough.
    const Duration waiting = last ? width : HealthWindows::kLevels[i + 1].width;
    most += static_cast<std::size_t>((older - age + waiting) / width) + 1;
  }
  return most;
}
static_assert(most_slots() <= HealthWindows::kSlots);

WallTime cell_start(WallTime at, Duration width) {
  const auto since = at.time_since_epoch();
  return at - (since % width + width) % width;
}

/// The moment from which ages count; the same in whatever order the newest cell's samples came.
WallTime newest_of(const Slots& slots) { return cell_start(slots.back().at, HealthWindows::kSlot); }

/// Up to there cells are as wide as the level says.
WallTime reach(const Level& level, WallTime newest) {
  return cell_start(newest - level.age, level.width);
}

Duration width_at(WallTime at, WallTime newest) {
  Duration width = HealthWindows::kSlot;
  for (const auto& level : HealthWindows::kLevels) {
    if (level.age > Duration(0) && at < reach(level, newest)) width = level.width;
  }
  return width;
}

/// Where the slots of a cell begin; nearly always it is the newest one, or newer.
Slots::iterator place_of(Slots& slots, WallTime cell) {
  if (slots.empty() || slots.back().at < cell) return slots.end();
  return std::ranges::lower_bound(slots, cell, {}, &Slot::at);
}

void put(Slots& slots, WallTime at, const Sample& sample) {
  const bool late = !slots.empty() && at < slots.back().at;
  const auto width = late ? width_at(at, newest_of(slots)) : HealthWindows::kSlot;
  const auto cell = cell_start(at, width);
  auto place = place_of(slots, cell);
  if (place != slots.end() && place->at < cell + width) {
    place->sample.add(sample);
    place->at = std::min(place->at, at);
    place->until = std::max(place->until, at);
    return;
  }
  if (slots.size() == slots.capacity()) {
    const auto index = place - slots.begin();
    slots.reserve(slots.size() + kGrowth);
    place = slots.begin() + index;
  }
  slots.insert(place, Slot{at, sample, at});
}

/// Slots in [begin, end) that share a cell of that width become one.
void merge(Slots& slots, Slots::iterator begin, Slots::iterator end, Duration width) {
  auto into = begin;
  bool grew = false;
  const auto finish = [&] {
    // A copy has no room to spare, which adding up leaves.
    if (grew) into->sample = Sample(std::as_const(into->sample));
    grew = false;
  };
  for (auto slot = std::next(begin); slot != end; ++slot) {
    if (slot->at < cell_start(into->at, width) + width) {
      into->sample.add(slot->sample);
      into->until = slot->until;
      grew = true;
      continue;
    }
    finish();
    if (++into != slot) *into = std::move(*slot);
  }
  finish();
  slots.erase(std::next(into), end);
}

/// Merges what became old enough since `before` was the newest.
void merge_older(Slots& slots, WallTime before) {
  const auto newest = newest_of(slots);
  for (const auto& level : HealthWindows::kLevels) {
    if (level.age == Duration(0)) continue;
    const auto from = reach(level, before);
    const auto to = reach(level, newest);
    if (from >= to) continue;
    const auto begin = std::ranges::lower_bound(slots, from, {}, &Slot::at);
    // Few, mostly one: what came since the last time.
    const auto end =
        std::ranges::find_if(begin, slots.end(), [&](const Slot& slot) { return slot.at >= to; });
    if (end - begin > 1) merge(slots, begin, end, level.width);
  }
}

void drop_outdated(Slots& slots) {
  const auto oldest = slots.back().at - HealthWindows::kKeep;
  const auto kept = std::ranges::lower_bound(slots, oldest, {}, &Slot::at);
  const auto outdated = kept - slots.begin();
  if (outdated >= kOutdated || outdated * 2 > std::ssize(slots)) slots.erase(slots.begin(), kept);
}

}  // namespace

void HealthWindows::add(const InstanceId& instance, WallTime at, const Sample& sample) {
  auto& slots = slots_[instance];
  if (!slots.empty() && at < slots.back().at - kKeep) return;
  const auto before = slots.empty() ? at : newest_of(slots);
  put(slots, at, sample);
  merge_older(slots, before);
  drop_outdated(slots);
}

void HealthWindows::forget(const InstanceId& instance) { slots_.erase(instance); }

Sample HealthWindows::sum(const InstanceId& instance, WallTime from, WallTime to) const {
  Sample total;
  for (const auto& slot : slots(instance, from, to)) total.add(slot.sample);
  return total;
}

std::span<const HealthWindows::Slot> HealthWindows::slots(const InstanceId& instance, WallTime from,
                                                          WallTime to) const {
  const auto found = slots_.find(instance);
  if (found == slots_.end() || found->second.empty()) return {};
  const auto& slots = found->second;
  const auto begin =
      std::ranges::lower_bound(slots, std::max(from, slots.back().at - kKeep), {}, &Slot::at);
  const auto end = std::ranges::lower_bound(begin, slots.end(), to, {}, &Slot::at);
  return {begin, end};
}

std::size_t HealthWindows::room(const InstanceId& instance) const {
  const auto found = slots_.find(instance);
  return found == slots_.end() ? 0 : found->second.capacity();
}

}  // namespace hotswap
