#pragma once
// Sixteen bytes that every part of a JSON value consists of: a type, and either the content itself
// (null, a boolean, text of up to 15 bytes) or a block of memory that holds it. Plain bytes without
// an owner: Text, Array, Object and Value own what their cell points to.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hotswap::json {

enum class Kind : std::uint8_t { Null, Bool, Number, String, Array, Object };

namespace detail {

class Cell {
 public:
  static constexpr std::size_t kShort = 15;  ///< bytes of text that fit

  explicit constexpr Cell(Kind kind = Kind::Null) : words_{0, tag(static_cast<unsigned>(kind))} {}
  /// Content in a block: `count` bytes of text, items or members.
  Cell(Kind kind, void* block, std::uint32_t count)
      : words_{reinterpret_cast<std::uintptr_t>(block),
               tag(static_cast<unsigned>(kind) | kBlockBit) | count} {}
  static constexpr Cell of(bool flag) {
    Cell cell(Kind::Bool);
    cell.words_[0] = flag ? 1 : 0;
    return cell;
  }
  /// Text of at most kShort bytes.
  static Cell short_text(Kind kind, std::string_view text) {
    Cell cell(kind);
    std::memcpy(cell.words_.data(), text.data(), text.size());
    cell.words_[1] |= tag(static_cast<unsigned>(text.size()) << kSizeShift);
    return cell;
  }
  /// The same of the first `size` of 16 readable bytes; faster.
  static Cell short_text_of_16(Kind kind, const char* bytes, std::size_t size) {
    Cell cell;
    std::memcpy(cell.words_.data(), bytes, sizeof cell.words_);
    cell.words_[0] &= low_bytes(size < 8 ? size : 8);
    cell.words_[1] &= low_bytes(size < 8 ? 0 : size - 8);
    cell.words_[1] |= tag(static_cast<unsigned>(kind) | static_cast<unsigned>(size) << kSizeShift);
    return cell;
  }

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(tag() & kKindBits); }
  void set_kind(Kind kind) {
    words_[1] = (words_[1] & ~tag(kKindBits)) | tag(static_cast<unsigned>(kind));
  }
  [[nodiscard]] bool has_block() const { return (tag() & kBlockBit) != 0; }
  [[nodiscard]] bool flag() const { return words_[0] != 0; }
  [[nodiscard]] void* block() const {
    return has_block() ? reinterpret_cast<void*>(words_[0]) : nullptr;
  }
  /// What the block holds; 0 without one.
  [[nodiscard]] std::uint32_t count() const {
    return has_block() ? static_cast<std::uint32_t>(words_[1]) : 0;
  }
  void set_count(std::uint32_t number) { words_[1] = tag(tag()) | number; }
  [[nodiscard]] const char* text_data() const {
    return has_block() ? reinterpret_cast<const char*>(words_[0])
                       : reinterpret_cast<const char*>(words_.data());
  }
  [[nodiscard]] std::size_t text_size() const {
    return has_block() ? static_cast<std::uint32_t>(words_[1]) : tag() >> kSizeShift;
  }
  [[nodiscard]] std::string_view text() const { return {text_data(), text_size()}; }

  /// 0 to 63, the same for the same text.
  [[nodiscard]] unsigned text_hash() const {
    auto mixed = words_[0] ^ std::rotl(words_[1], 29);
    if (has_block()) {
      std::memcpy(&mixed, text_data(), sizeof mixed);  // such a text is longer
      mixed ^= count();
    }
    return static_cast<unsigned>(mixed * 0x9E3779B97F4A7C15U >> 58U);
  }
  /// Same type and same short content; says nothing of cells with a block.
  [[nodiscard]] bool same_bytes(const Cell& other) const { return words_ == other.words_; }

 private:
  static_assert(std::endian::native == std::endian::little, "the tag is the last byte");
  // The last byte: kind, whether there is a block, size of short text.
  static constexpr unsigned kKindBits = 7;
  static constexpr unsigned kBlockBit = 8;
  static constexpr unsigned kSizeShift = 4;
  static constexpr unsigned kTagShift = 56;

  static constexpr std::uint64_t tag(unsigned bits) { return std::uint64_t{bits} << kTagShift; }
  [[nodiscard]] unsigned tag() const { return static_cast<unsigned>(words_[1] >> kTagShift); }
  static std::uint64_t low_bytes(std::size_t count) {
    return count == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
  }

  std::array<std::uint64_t, 2> words_;
};

/// Whether two texts (of cells of the same kind) are the same bytes.
[[nodiscard]] inline bool same_text(const Cell& a, const Cell& b) {
  if (a.has_block() != b.has_block()) return false;  // what fits is always kept short
  return a.has_block() ? a.text() == b.text() : a.same_bytes(b);
}

}  // namespace detail
}  // namespace hotswap::json
