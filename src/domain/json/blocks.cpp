#include "domain/json/blocks.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/mutex.hpp"

namespace hotswap::json::detail {
namespace {

constexpr std::size_t kSlabMin = 512;
constexpr std::size_t kSlabMax = 32 << 10;
/// While a slab is being filled; the true number is known when it is closed. Spares an atomic
/// operation per block.
constexpr std::int64_t kOpen = std::int64_t{1} << 40;

/// Stands before every block.
struct Header {
  std::uint32_t to_slab;  ///< bytes back to the slab's start; 0: the block was allocated alone
  std::uint32_t capacity;
};

Header* header_of(void* block) { return static_cast<Header*>(block) - 1; }

void* put_header(void* at, std::uint32_t to_slab, std::uint32_t capacity) {
  return new (at) Header{to_slab, capacity} + 1;
}

/// Slabs of full size that nobody uses, kept for the next large document: memory that goes back to
/// the system and comes again costs more than reading into it.
class Spares {
 public:
  [[nodiscard]] void* take() {
    const MutexLock lock(mutex_);
    return count_ == 0 ? nullptr : slabs_[--count_];
  }
  /// False: there are enough.
  bool keep(void* slab) {
    const MutexLock lock(mutex_);
    if (count_ == slabs_.size()) return false;
    slabs_[count_++] = slab;
    return true;
  }

 private:
  Mutex mutex_;
  std::array<void*, limits::kSpareSlabs> slabs_ HS_GUARDED_BY(mutex_){};
  std::size_t count_ HS_GUARDED_BY(mutex_) = 0;
};

Spares& spares() {
  static_assert(std::is_trivially_destructible_v<Spares>, "values may outlive every static object");
  static Spares all;
  return all;
}

void leave(Slab* slab, std::int64_t blocks) {
  if (slab->live.fetch_sub(blocks, std::memory_order_acq_rel) != blocks) return;
  const bool full_size = slab->bytes == kSlabMax;
  slab->~Slab();
  if (!full_size || !spares().keep(slab)) ::operator delete(slab);
}

constexpr std::size_t rounded(std::size_t bytes) { return (bytes + 7U) & ~std::size_t{7}; }

/// The cells of an array's or object's block; a member is two cells, its name and its value.
std::size_t cells_of(const Cell& cell) {
  return std::size_t{cell.count()} * (cell.kind() == Kind::Object ? 2 : 1);
}

bool is_text(const Cell& cell) {
  return cell.kind() == Kind::String || cell.kind() == Kind::Number;
}

/// Frees a tree; tells each slab only once of a run of its blocks.
class Releaser {
 public:
  Releaser() = default;
  Releaser(const Releaser&) = delete;
  Releaser& operator=(const Releaser&) = delete;
  ~Releaser() { flush(); }

  void free_tree(const Cell& cell) {
    auto* block = cell.block();
    if (!is_text(cell)) {
      const auto* cells = static_cast<const Cell*>(block);
      for (std::size_t i = 0; i < cells_of(cell); ++i) {
        if (cells[i].has_block()) free_tree(cells[i]);
      }
    }
    free_one(block);
  }

  void free_one(void* block) {
    auto* header = header_of(block);
    if (header->to_slab == 0) {
      ::operator delete(header);
      return;
    }
    auto* slab = reinterpret_cast<Slab*>(reinterpret_cast<char*>(header) - header->to_slab);
    if (slab != slab_) flush();
    slab_ = slab;
    ++blocks_;
  }

 private:
  void flush() {
    if (blocks_ != 0) leave(slab_, blocks_);
    blocks_ = 0;
  }

  Slab* slab_ = nullptr;
  std::int64_t blocks_ = 0;
};

}  // namespace

void* allocate_block(std::size_t bytes, std::uint32_t capacity) {
  return put_header(::operator new(sizeof(Header) + bytes), 0, capacity);
}

std::uint32_t block_capacity(const void* block) {
  return block == nullptr ? 0 : (static_cast<const Header*>(block) - 1)->capacity;
}

void free_content(Cell cell) {
  if (cell.has_block()) Releaser().free_tree(cell);
}

void free_block(void* block) {
  if (block != nullptr) Releaser().free_one(block);
}

Cell make_text(Kind kind, std::string_view text) {
  if (text.size() <= Cell::kShort) return Cell::short_text(kind, text);
  HS_ASSERT(text.size() <= std::numeric_limits<std::uint32_t>::max());
  const auto size = static_cast<std::uint32_t>(text.size());
  auto* block = allocate_block(size, size);
  std::memcpy(block, text.data(), size);
  return {kind, block, size};
}

Cell copy_content(const Cell& cell) {
  if (!cell.has_block()) return cell;
  if (is_text(cell)) return make_text(cell.kind(), cell.text());
  const auto count = cells_of(cell);
  const auto* from = static_cast<const Cell*>(cell.block());
  auto* to = static_cast<Cell*>(allocate_block(count * sizeof(Cell), cell.count()));
  for (std::size_t i = 0; i < count; ++i) new (to + i) Cell(copy_content(from[i]));
  return {cell.kind(), to, cell.count()};
}

Pile::Pile(std::size_t expected) : slab_bytes_(std::clamp(rounded(expected), kSlabMin, kSlabMax)) {}

Pile::~Pile() { close(); }

void Pile::open(std::size_t bytes) {
  close();
  const auto size = std::max(slab_bytes_, bytes + sizeof(Slab));
  auto* memory = size == kSlabMax ? spares().take() : nullptr;
  if (memory == nullptr) memory = ::operator new(size);
  slab_ = new (memory) Slab{kOpen, size};
  next_ = static_cast<char*>(memory) + sizeof(Slab);
  end_ = static_cast<char*>(memory) + size;
  taken_ = 0;
}

void Pile::close() {
  // Forgotten at once: should the next slab not be had, this one is not left a second time.
  if (slab_ != nullptr) leave(std::exchange(slab_, nullptr), kOpen - taken_);
}

void* Pile::take(std::size_t bytes, std::uint32_t capacity) {
  const auto whole = sizeof(Header) + rounded(bytes);
  if (whole > kSlabMax / 4) return allocate_block(bytes, capacity);
  if (static_cast<std::size_t>(end_ - next_) < whole) open(whole);
  auto* at = next_;
  next_ += whole;
  ++taken_;
  return put_header(at, static_cast<std::uint32_t>(at - reinterpret_cast<char*>(slab_)), capacity);
}

Cell Pile::make_text(Kind kind, std::string_view text) {
  if (text.size() <= Cell::kShort) return Cell::short_text(kind, text);
  HS_ASSERT(text.size() <= std::numeric_limits<std::uint32_t>::max());
  const auto size = static_cast<std::uint32_t>(text.size());
  auto* block = take(size, size);
  std::memcpy(block, text.data(), size);
  return {kind, block, size};
}

}  // namespace hotswap::json::detail
