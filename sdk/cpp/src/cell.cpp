#include "hotswap/detail/cell.hpp"

#include <utility>
#include <vector>

namespace hotswap::sdk::detail {

constinit thread_local ThreadTable thread_table;

namespace {

constinit std::atomic<std::uint64_t> last_stamp{0};
constinit std::atomic<std::uint64_t> last_cell{0};

/// Slots are small numbers that are used again, so that a thread's table stays small.
class SlotPool {
 public:
  std::uint32_t take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return next_++;
    const auto slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(std::uint32_t slot) {
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
  }

 private:
  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 0;
};

/// Never destroyed: a Config with static lifetime may go after it otherwise.
SlotPool& slot_pool() {
  static auto* const pool = new SlotPool;
  return *pool;
}

/// Owns this thread's entries; thread_table is the bare view of it that reads go through.
class ThreadEntries {
 public:
  ~ThreadEntries() {
    thread_table = {};
    for (auto* entry : entries_) release(entry);
  }

  CacheEntry*& at(std::uint32_t slot) {
    while (entries_.size() <= slot) entries_.push_back(new CacheEntry);
    thread_table = {entries_.data(), static_cast<std::uint32_t>(entries_.size())};
    return entries_[slot];
  }

  static void release(CacheEntry* entry) {
    entry->orphan = true;
    if (entry->pins == 0) drop_orphan(entry);
  }

 private:
  std::vector<CacheEntry*> entries_;
};

thread_local ThreadEntries thread_entries;

}  // namespace

void drop_orphan(CacheEntry* entry) noexcept { delete entry; }

Cell::Cell() : slot_(slot_pool().take()), id_(last_cell.fetch_add(1) + 1) {}

Cell::~Cell() { slot_pool().give_back(slot_); }

std::shared_ptr<const void> Cell::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const void> Cell::publish(std::shared_ptr<const void> value) {
  const std::lock_guard lock(mutex_);
  current_.swap(value);
  stamp_.store(last_stamp.fetch_add(1) + 1, std::memory_order_release);
  return value;
}

CacheEntry& Cell::renew() const {
  auto*& entry = thread_entries.at(slot_);
  if (entry->pins != 0) {
    if (entry->cell == id_) return *entry;
    // A View of a Config that is gone: it keeps its entry, this cell gets a new one.
    entry->orphan = true;
    entry = new CacheEntry;
  }
  std::shared_ptr<const void> retired;  // freed after the lock
  const std::lock_guard lock(mutex_);
  retired = std::exchange(entry->owner, current_);
  entry->value = current_.get();
  entry->cell = id_;
  entry->stamp = stamp_.load(std::memory_order_relaxed);
  return *entry;
}

}  // namespace hotswap::sdk::detail
