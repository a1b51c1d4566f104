#pragma once
#include <ranges>
#include <string>

#include "infrastructure/store/cursor.hpp"

namespace hotswap::memory {

/// Whose cursor it is, and how many fit.
struct PageFrame {
  std::string_view list;
  std::size_t limit;
};

/// One page of `rows`: those that `wanted` holds for, made by `item`; `key_text` gives the cursor's
/// key of a row.
template <class T, class Rows, class Wanted, class MakeItem, class KeyText>
Page<T> fill_page(Rows rows, PageFrame frame, Wanted wanted, MakeItem item, KeyText key_text) {
  Page<T> page;
  std::string last_key;
  for (const auto& row : rows) {
    if (!wanted(row)) continue;
    if (page.items.size() == frame.limit) {
      page.next_cursor = store::encode_cursor(frame.list, last_key);
      break;
    }
    page.items.push_back(item(row));
    last_key = key_text(row);
  }
  return page;
}

}  // namespace hotswap::memory
