#pragma once
// Finds for the items of one array their counterparts in another: the common ground of the
// structural diff and of the patch.

#include <cstddef>
#include <vector>

#include "domain/diff/align.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

struct ArrayMatch {
  std::vector<std::size_t> from_of;  ///< per new item its old index, or kNoPartner if it was added
  std::vector<bool> moved;           ///< per new item: it changed its place among those that stayed
  std::vector<std::size_t> removed;  ///< old indices without a counterpart, ascending
};

/// Objects are matched by `id`, `name` or `key` where every item on both sides has a unique one of
/// type string or number. Other items are matched if they are equal (moved ones too); what is left
/// between two matched neighbours is paired in order.
[[nodiscard]] ArrayMatch match_items(const json::Array& from, const json::Array& to);

}  // namespace hotswap
