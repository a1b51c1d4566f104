#pragma once
// Subschemas and their steps, the core of a Program.

#include <array>
#include <cstdint>

#include "domain/json/value.hpp"
#include "domain/schema/keyword.hpp"

namespace hotswap::schema {

using NodeId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// Types as bits: those of json::Kind by their number, and the integers among the numbers.
using Types = std::uint8_t;
inline constexpr Types kIntegerBit = 1U << 6U;
[[nodiscard]] constexpr Types type_bit(json::Kind kind) {
  return static_cast<Types>(1U << static_cast<unsigned>(kind));
}
inline constexpr Types kAllTypes = 0x7F;

/// A subschema that another one applies.
struct Child {
  NodeId written = kNone;  ///< as the schema has it
  NodeId direct = kNone;   ///< the same behind subschemas that are nothing but a $ref

  [[nodiscard]] bool is_set() const { return written != kNone; }
};

/// One keyword, or several that one pass serves. What `a`, `b` and `flag` mean stands at each use.
struct Step {
  Keyword keyword;
  std::uint8_t flag = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// One subschema. Its steps stand in groups: those for every value, then those for numbers,
/// strings, arrays and objects; the unevaluated… keywords last in their group.
struct Node {
  std::uint32_t first_step = 0;
  Types types = kAllTypes;
  Types at_once = 0;            ///< types whose every value is valid
  bool never = false;           ///< the schema `false`
  bool strict_integer = false;  ///< draft 4, where 1.0 is no integer
  bool tracks_items = false;    ///< has unevaluatedItems
  bool tracks_members = false;  ///< has unevaluatedProperties
  std::uint8_t any_count = 0;
  /// Of the group of a json::Kind: first (from first_step) and end.
  std::array<std::uint8_t, 6> begins{};
  std::array<std::uint8_t, 6> ends{};
  std::uint32_t resource = 0;
  // Where one step alone decides on numbers or texts, what it refers to: see Evaluator::at_once().
  std::uint32_t sole_interval = kNone;
  std::uint32_t sole_sizes = kNone;
  std::uint32_t sole_choice = kNone;
};

}  // namespace hotswap::schema
