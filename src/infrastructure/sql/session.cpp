#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

Result<void> Session::defer(std::string_view text, Params params, const OnRow& on_row) {
  return query(text, params, on_row);
}

Result<std::int64_t> Session::many(std::string_view text, const Rows& rows) {
  std::int64_t changed = 0;
  for (const auto& row : rows) {
    auto done = execute(text, Params(row));
    if (!done) return done;
    changed += *done;
  }
  return changed;
}

}  // namespace hotswap::sql
