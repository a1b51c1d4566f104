#pragma once
#include <iterator>
#include <string>

#include "infrastructure/store/cursor.hpp"

namespace hotswap::memory {

/// One page of [first, last): those that `wanted` holds for, made by `item`; `key_text` gives the
/// cursor's key of an element.
template <class T, class Iterator, class Wanted, class MakeItem, class KeyText>
Page<T> fill_page(Iterator first, Iterator last, std::string_view list, std::size_t limit,
                  Wanted wanted, MakeItem item, KeyText key_text) {
  Page<T> page;
  std::string last_key;
  for (; first != last; ++first) {
    if (!wanted(*first)) continue;
    if (page.items.size() == limit) {
      page.next_cursor = store::encode_cursor(list, last_key);
      break;
    }
    page.items.push_back(item(*first));
    last_key = key_text(*first);
  }
  return page;
}

}  // namespace hotswap::memory
