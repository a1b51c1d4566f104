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

/// How many ThreadEntries of this thread ended; it needs no destructor, so it may be asked for
/// ever.
constinit thread_local unsigned ended = 0;

/// Owns this thread's entries; thread_table is the bare view of it that reads go through.
class ThreadEntries {
 public:
  ThreadEntries() = default;
  ThreadEntries(const ThreadEntries&) = delete;
  ThreadEntries& operator=(const ThreadEntries&) = delete;
  ~ThreadEntries() {
    thread_table = {};
    ++ended;
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

template <unsigned Life>
ThreadEntries& entries_of() {
  thread_local ThreadEntries entries;
  return entries;
}

/// Who reads when the thread's own are destroyed (destructors of thread_local objects; on the main
/// thread also those of static ones) gets others, made then: they are destroyed after that, or on
/// the main thread never. Who reads after even those leaves his behind.
ThreadEntries& thread_entries() {
  static constinit thread_local ThreadEntries* left_behind = nullptr;
  if (ended == 0) return entries_of<0>();
  if (ended == 1) return entries_of<1>();
  if (left_behind == nullptr) left_behind = new ThreadEntries;
  return *left_behind;
}

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
  auto*& entry = thread_entries().at(slot_);
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
