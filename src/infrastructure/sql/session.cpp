#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

std::string statement_of(const Insertion& insertion, std::size_t rows) {
  constexpr std::string_view kPlace = "{rows}";
  const auto place = insertion.text.find(kPlace);
  std::string text(insertion.text.substr(0, place));
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < insertion.kinds.size(); ++i) {
      const auto value = '$' + std::to_string(++number);
      if (i > 0) text += ", ";
      text += insertion.kinds[i] == 'n' ? "CAST(" + value + " AS BIGINT)" : value;
    }
    text += ')';
  }
  return text += insertion.text.substr(place + kPlace.size());
}

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

Result<void> Session::add(const Insertion& insertion, Params values, const OnRow& on_row) {
  return defer(statement_of(insertion, 1), values, on_row);
}

Result<bool> Session::adds(const Insertion& insertion, Params values) {
  return changes(statement_of(insertion, 1), values);
}

Result<void> Session::begin_with(const std::string& text, const OnRow& on_row) {
  auto begun = begin();
  return begun ? query(text, {}, on_row) : begun;
}

}  // namespace hotswap::sql
