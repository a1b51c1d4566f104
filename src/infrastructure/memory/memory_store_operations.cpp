// The reads of a MemoryStore that follow operations: outbox, channels, calendar, traffic, and what
// the judge recorded.
#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/memory/page.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kDeadLetters = "dead letters";

template <class Map>
auto values_of(const Map& map) {
  std::vector<typename Map::mapped_type> found;
  for (const auto& [key, value] : map) found.push_back(value);
  return found;
}

}  // namespace

Result<std::vector<OutboxItem>> MemoryStore::outbox(WallTime now, std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<OutboxItem> found;
  for (const auto& [place, item] : state_.outbox) {
    if (place.first > now || found.size() == limit) break;
    found.push_back(item);
  }
  return found;
}

Result<Page<OutboxItem>> MemoryStore::dead_letters(const PageRequest& page) {
  const MutexLock lock(mutex_);
  auto last = state_.dead_letters.end();
  if (!page.cursor.empty()) {
    const auto key = store::decode_number_cursor(kDeadLetters, page.cursor);
    if (!key) return std::unexpected(key.error());
    last = state_.dead_letters.lower_bound(*key);
  }
  return memory::fill_page<OutboxItem>(
      std::ranges::subrange(std::make_reverse_iterator(last), state_.dead_letters.rend()),
      {kDeadLetters, store::page_limit(page)}, [](const auto&) { return true; },
      [](const auto& entry) { return entry.second.item; },
      [](const auto& entry) { return std::to_string(entry.first); });
}

Result<std::vector<Channel>> MemoryStore::channels() {
  const MutexLock lock(mutex_);
  return values_of(state_.channels);
}

Result<std::vector<HealthRecord>> MemoryStore::health_records(const DeploymentId& id,
                                                              std::uint64_t after,
                                                              std::size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<HealthRecord> found;
  auto it = state_.health_records.upper_bound({id, after});
  const auto end = state_.health_records.end();
  for (; it != end && it->first.first == id && found.size() < limit; ++it) {
    found.push_back(it->second);
  }
  return found;
}

Result<std::vector<CalendarEntry>> MemoryStore::calendar() {
  const MutexLock lock(mutex_);
  return values_of(state_.calendar);
}

Result<Traffic> MemoryStore::traffic(const ServiceName& service, const std::string& environment) {
  const MutexLock lock(mutex_);
  const auto found = state_.traffics.find({service, environment});
  if (found == state_.traffics.end()) {
    return std::unexpected(store::traffic_not_found(service, environment));
  }
  return found->second;
}

Result<std::vector<Traffic>> MemoryStore::traffics() {
  const MutexLock lock(mutex_);
  return values_of(state_.traffics);
}

}  // namespace hotswap
