#pragma once
// Aligns two sequences: which items of the one are which of the other. Items are given as classes:
// equal numbers mean equal items.

#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace hotswap {

inline constexpr std::size_t kNoPartner = std::numeric_limits<std::size_t>::max();

/// Gives equal texts equal classes.
class Interner {
 public:
  std::size_t operator()(std::string text);

 private:
  std::map<std::string, std::size_t> classes_;
};

/// For each item of `to` its partner in `from`, or kNoPartner; partners are equal and ascend.
/// A longest common subsequence while its table has at most `max_cells` cells; beyond that only
/// common ends and items that occur once on both sides are paired, in O(n log n).
[[nodiscard]] std::vector<std::size_t> align(std::span<const std::size_t> from,
                                             std::span<const std::size_t> to,
                                             std::size_t max_cells);

/// Marks a longest ascending subsequence; kNoPartner is never part of it.
[[nodiscard]] std::vector<bool> longest_ascending(std::span<const std::size_t> numbers);

}  // namespace hotswap
