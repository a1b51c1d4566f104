#pragma once
// How a value (a snapshot, a bound struct) reaches the reading threads without a shared reference
// count. A cell publishes a value under a stamp that no other publication of the process ever has.
// Each thread keeps, per cell, the value it saw last with its stamp; a read compares two stamps and
// touches nothing that another reader writes. Only after a publication does a thread take the lock
// once, to renew its entry. An entry owns its value, so what a thread reads lives until that thread
// renews it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace hotswap::sdk::detail {

/// What one thread holds of one cell.
struct CacheEntry {
  std::uint64_t stamp = 0;  ///< 0: of nothing
  const void* value = nullptr;
  std::uint32_t pins = 0;  ///< Views of this thread; while there are any, the entry is not renewed
  bool orphan = false;     ///< its cell's slot went to another cell; the last View deletes it
  std::uint64_t cell = 0;
  std::shared_ptr<const void> owner;
};

struct ThreadTable {
  CacheEntry** entries = nullptr;  ///< by slot, never null inside
  std::uint32_t size = 0;
};

extern constinit thread_local ThreadTable thread_table;

class Cell {
 public:
  Cell();
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// This thread's entry, renewed if something was published since (unless it is pinned).
  [[nodiscard]] CacheEntry& entry() const {
    const ThreadTable& table = thread_table;
    if (slot_ < table.size) [[likely]] {
      CacheEntry& entry = *table.entries[slot_];
      if (entry.stamp == stamp_.load(std::memory_order_acquire)) [[likely]]
        return entry;
    }
    return renew();
  }

  [[nodiscard]] std::shared_ptr<const void> current() const;
  /// Returns what was current before.
  std::shared_ptr<const void> publish(std::shared_ptr<const void> value);

 private:
  CacheEntry& renew() const;

  // Readers share this line and nobody writes it but publish(); the lock lies on another.
  alignas(64) std::atomic<std::uint64_t> stamp_{0};
  std::uint32_t slot_;
  std::uint64_t id_;
  alignas(64) mutable std::mutex mutex_;
  std::shared_ptr<const void> current_;
};

void drop_orphan(CacheEntry* entry) noexcept;

}  // namespace hotswap::sdk::detail
