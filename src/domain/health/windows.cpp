#include "domain/health/windows.hpp"

#include <algorithm>

namespace hotswap {
namespace {

/// Outdated slots go together: taking each one from the front would move all others.
constexpr std::ptrdiff_t kOutdated = 64;

}  // namespace

void HealthWindows::add(const InstanceId& instance, WallTime at, const Sample& sample) {
  auto& slots = slots_[instance];
  if (!slots.empty() && at < slots.back().at - kKeep) return;
  const auto after = std::ranges::upper_bound(slots, at, {}, &Slot::at);
  if (after != slots.begin() && at - std::prev(after)->at < kSlot) {
    std::prev(after)->sample.add(sample);
  } else {
    slots.insert(after, Slot{at, sample});
  }
  const auto kept = std::ranges::lower_bound(slots, slots.back().at - kKeep, {}, &Slot::at);
  const auto outdated = kept - slots.begin();
  if (outdated >= kOutdated || outdated * 2 > std::ssize(slots)) slots.erase(slots.begin(), kept);
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

}  // namespace hotswap
