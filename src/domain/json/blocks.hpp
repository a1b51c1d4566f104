#pragma once
// Memory of JSON values. A parsed document's blocks lie in few slabs, each of which is freed with
// the last of its blocks; every block can still be freed, moved to another document or handed to
// another thread on its own. Blocks of values built piece by piece are allocated one by one.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain/json/cell.hpp"

namespace hotswap::json::detail {

/// A block of its own. `capacity` is kept for its user (items, members or bytes).
[[nodiscard]] void* allocate_block(std::size_t bytes, std::uint32_t capacity);
[[nodiscard]] std::uint32_t block_capacity(const void* block);
/// Frees the cell's block and all that it owns.
void free_content(Cell cell);
/// A cell with a copy of the content.
[[nodiscard]] Cell copy_content(const Cell& cell);
[[nodiscard]] Cell make_text(Kind kind, std::string_view text);
/// The memory without what is inside: its content was moved elsewhere byte by byte.
void free_block(void* block);

struct Slab {
  std::atomic<std::int64_t> live;  ///< blocks that are still used
  std::size_t bytes;
};

/// Where a parser takes its blocks from.
class Pile {
 public:
  /// `expected` is a guess of the bytes that will be taken.
  explicit Pile(std::size_t expected);
  ~Pile();
  Pile(const Pile&) = delete;
  Pile& operator=(const Pile&) = delete;

  [[nodiscard]] void* take(std::size_t bytes, std::uint32_t capacity);
  [[nodiscard]] Cell make_text(Kind kind, std::string_view text);

 private:
  void open(std::size_t bytes);
  void close();

  std::size_t slab_bytes_;
  Slab* slab_ = nullptr;
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::int64_t taken_ = 0;
};

}  // namespace hotswap::json::detail
