#pragma once
// The layout of a snapshot's index, here only so that reads inline. Not part of the interface.

#include <cstdint>
#include <string_view>

namespace hotswap::sdk::detail {

enum class Kind : std::uint8_t { Null, Bool, Number, String, Array, Object };

/// One value of the document with its full path.
struct Node {
  const char* path = nullptr;
  std::uint32_t path_size = 0;
  std::uint32_t size = 0;    ///< String: bytes; Array and Object: items
  std::int64_t integer = 0;  ///< Bool: 0 or 1; Number: if `whole`; String: milliseconds if `time`;
                             ///< Array and Object: where its items begin
  double real = 0;           ///< Number
  const char* text = nullptr;  ///< String
  Kind kind = Kind::Null;
  bool whole = false;  ///< a Number that an int64 holds exactly
  bool wide = false;   ///< a Number beyond, that a uint64 holds exactly: `integer` has its bits
  bool time = false;   ///< a String that is a duration
};

/// Open addressing: the hash's upper half, and the node's index + 1 (0: free).
struct Slot {
  std::uint32_t tag = 0;
  std::uint32_t node = 0;
};

struct Table {
  const Slot* slots = nullptr;
  std::uint64_t mask = 0;
  const Node* nodes = nullptr;
  const std::uint32_t* items = nullptr;  ///< of all arrays and objects, node indexes

  [[nodiscard]] const Node* find(std::string_view path, std::uint64_t hash) const noexcept {
    const auto tag = static_cast<std::uint32_t>(hash >> 32U);
    for (std::uint64_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot slot = slots[at];
      if (slot.node == 0) return nullptr;
      if (slot.tag != tag) continue;
      const Node& node = nodes[slot.node - 1];
      if (std::string_view(node.path, node.path_size) == path) return &node;
    }
  }
};

}  // namespace hotswap::sdk::detail
