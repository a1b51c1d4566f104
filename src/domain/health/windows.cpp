#include "domain/health/windows.hpp"

#include <algorithm>

namespace hotswap {

void HealthWindows::add(const InstanceId& instance, WallTime at, const Sample& sample) {
  auto& slots = slots_[instance];
  auto after = std::ranges::upper_bound(slots, at, {}, &Slot::at);
  if (after != slots.begin() && at - std::prev(after)->at < kSlot) {
    std::prev(after)->sample.add(sample);
  } else {
    slots.insert(after, Slot{at, sample});
  }
  const auto oldest = slots.back().at - kKeep;
  while (slots.front().at < oldest) slots.pop_front();
}

void HealthWindows::forget(const InstanceId& instance) { slots_.erase(instance); }

Sample HealthWindows::sum(const InstanceId& instance, WallTime from, WallTime to) const {
  Sample total;
  const auto found = slots_.find(instance);
  if (found == slots_.end()) return total;
  const auto& slots = found->second;
  for (auto it = std::ranges::lower_bound(slots, from, {}, &Slot::at);
       it != slots.end() && it->at < to; ++it) {
    total.add(it->sample);
  }
  return total;
}

}  // namespace hotswap
