#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

Result<void> Session::defer(std::string_view text, Params params, const OnRow& on_row) {
  return query(text, params, on_row);
}

Result<bool> Session::changes(std::string_view text, Params params) {
  auto rows = execute(text, params);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return *rows > 0;
}

Result<bool> Session::finds(std::string_view text, Params params) {
  bool found = false;
  auto done = query(text, params, [&](const Row&) -> Result<void> {
    found = true;
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return found;
}

}  // namespace hotswap::sql
