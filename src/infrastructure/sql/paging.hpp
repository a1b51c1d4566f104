#pragma once
// Pages by key: the next page begins after the last key seen, so that rows which come and go
// meanwhile neither repeat nor hide others, and page 1,000 costs as much as page 1.

#include <string>
#include <string_view>

#include "domain/ports/store.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/cursor.hpp"

namespace hotswap::sql {

template <class T>
struct Keyed {
  std::string key;  ///< of the cursor
  T item;
};

struct List {
  std::string_view name;    ///< of its cursors
  std::string_view select;  ///< up to WHERE
  std::string_view order;   ///< column, with DESC if so
};

/// `read(const Row&) -> Result<Keyed<T>>`; the cursor's condition is in `where` already.
template <class T, class Read>
Result<Page<T>> read_page(Session& session, const List& list, Where& where, std::size_t limit,
                          Read read) {
  const auto last = where.bind(static_cast<std::int64_t>(limit + 1));
  std::string text(list.select);
  text.append(where.clause()).append(" ORDER BY ").append(list.order).append(" LIMIT " + last);
  auto rows = all<Keyed<T>>(session, text, where.params(), read);
  if (!rows) return std::unexpected(std::move(rows.error()));
  Page<T> page;
  if (rows->size() > limit) {
    rows->pop_back();
    page.next_cursor = store::encode_cursor(list.name, rows->back().key);
  }
  for (auto& row : *rows) page.items.push_back(std::move(row.item));
  return page;
}

/// Adds `condition` (`start < ?`) for a cursor of a list that is ordered by a number.
[[nodiscard]] inline Result<void> add_number_cursor(Where& where, std::string_view list,
                                                    std::string_view condition,
                                                    const PageRequest& request) {
  if (request.cursor.empty()) return {};
  const auto key = store::decode_number_cursor(list, request.cursor);
  if (!key) return std::unexpected(key.error());
  where.add(condition, static_cast<std::int64_t>(*key));
  return {};
}

}  // namespace hotswap::sql
