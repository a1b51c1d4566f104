#include "infrastructure/postgres/copy.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>

#include "infrastructure/postgres/connection.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::postgres {
namespace {

std::string_view escape_of(char c) {
  switch (c) {
    case '\\':
      return "\\\\";
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    default:
      return {};
  }
}

void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view kSpecial = "\\\t\n\r";
  for (;;) {
    const auto at = text.find_first_of(kSpecial);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return;
    out.append(escape_of(text[at]));
    text.remove_prefix(at + 1);
  }
}

/// What PostgreSQL writes behind a backslash.
char unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

std::unexpected<Error> no_row() {
  return std::unexpected(Error{ErrorCode::Internal,
                               "store.failed",
                               "The store failed; see the server's log.",
                               {},
                               "postgres: a row of COPY that cannot be read"});
}

}  // namespace

void append_copy_row(std::string& out, sql::Params row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += '\t';
    if (const auto* number = std::get_if<std::int64_t>(&row[i].value())) {
      std::array<char, 24> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr;
      out.append(digits.data(), end);
    } else if (const auto* text = std::get_if<std::string_view>(&row[i].value())) {
      append_text(out, *text);
    } else {
      out += "\\N";
    }
  }
  out += '\n';
}

Result<sql::Params> CopyRow::read(std::string_view line) {
  values_.clear();
  plain_.clear();
  plain_.reserve(line.size());  // views into it must stay
  if (line.ends_with('\n')) line.remove_suffix(1);
  for (std::size_t column = 0;; ++column) {
    const auto field = line.substr(0, line.find('\t'));
    if (column >= table_.columns.size()) return no_row();
    if (field == "\\N") {
      values_.emplace_back(std::nullopt);
    } else if (table_.columns[column].kind == sql::ColumnKind::Integer) {
      std::int64_t number = 0;
      const auto* end = field.data() + field.size();
      if (std::from_chars(field.data(), end, number).ptr != end) return no_row();
      values_.emplace_back(number);
    } else {
      const auto begin = plain_.size();
      for (std::size_t i = 0; i < field.size(); ++i)
        plain_ += field[i] == '\\' && i + 1 < field.size() ? unescaped(field[++i]) : field[i];
      values_.emplace_back(std::string_view(plain_).substr(begin));
    }
    if (field.size() == line.size()) break;
    line.remove_prefix(field.size() + 1);
  }
  if (values_.size() != table_.columns.size()) return no_row();
  return sql::Params(values_);
}

Result<void> Connection::copy_out(const std::string& text,
                                  const std::function<Result<void>(std::string_view)>& on_row) {
  if (auto ready = connect(); !ready) return ready;
  pg_result* begun = PQexec(handle_, text.c_str());
  if (PQresultStatus(begun) != PGRES_COPY_OUT) {
    auto refused = checked(begun);
    return refused ? std::unexpected(lost("no COPY")) : std::unexpected(refused.error());
  }
  PQclear(begun);
  char* row = nullptr;
  int length = 0;
  while ((length = PQgetCopyData(handle_, &row, 0)) > 0) {
    auto taken = on_row({row, static_cast<std::size_t>(length)});
    PQfreemem(row);
    if (taken) continue;
    close();
    return taken;
  }
  return copy_done();
}

Result<void> Connection::copy_in(const std::string& text) {
  if (auto ready = connect(); !ready) return ready;
  pg_result* begun = PQexec(handle_, text.c_str());
  if (PQresultStatus(begun) == PGRES_COPY_IN) {
    PQclear(begun);
    return {};
  }
  auto refused = checked(begun);
  return refused ? std::unexpected(lost("no COPY")) : std::unexpected(refused.error());
}

Result<void> Connection::copy_put(std::string_view rows) {
  if (PQputCopyData(handle_, rows.data(), static_cast<int>(rows.size())) == 1) return {};
  return std::unexpected(lost(PQerrorMessage(handle_)));
}

Result<void> Connection::copy_end() {
  if (PQputCopyEnd(handle_, nullptr) != 1) return std::unexpected(lost(PQerrorMessage(handle_)));
  return copy_done();
}

Result<void> Connection::copy_done() {
  auto done = checked(PQgetResult(handle_));
  if (is_open()) PQclear(PQgetResult(handle_));
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

}  // namespace hotswap::postgres
