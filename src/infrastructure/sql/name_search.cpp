#include "infrastructure/sql/name_search.hpp"

#include <charconv>

#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

using erasure::Column;
using erasure::PlaceSpec;
using erasure::TextPage;
using erasure::TextRow;
using erasure::Treatment;

/// A statement while it is put together: its text and what is bound to it.
struct Statement {
  std::string text;
  std::vector<Param> params;

  std::string bind(Param value) {
    params.push_back(value);
    return '$' + std::to_string(params.size());
  }
  /// `($1, $2)`
  std::string bind_key(const PlaceSpec& spec, const std::vector<std::string>& key) {
    std::string list;
    for (const Param& part : key_params(spec, key))
      list += (list.empty() ? "(" : ", ") + bind(part);
    return list + ')';
  }
};

std::string joined_key(const PlaceSpec& spec, std::string_view behind = "") {
  std::string list;
  for (const auto& column : spec.key)
    list.append(list.empty() ? "" : ", ").append(column.name).append(behind);
  return list;
}

/// replace() is what both databases have that compares byte by byte.
std::string holds(Statement& statement, const Column& column, const erasure::Eraser& name) {
  const bool json = column.treatment != Treatment::Text && column.treatment != Treatment::Name;
  const std::string text(column.name);
  return "replace(" + text + ", " + statement.bind(json ? name.in_json() : name.name()) +
         ", '') <> " + text;
}

bool is_only_counted(const Column& column) {
  return column.treatment == Treatment::Name || column.treatment == Treatment::Content;
}

std::vector<std::string> read_key(const PlaceSpec& spec, const Row& row) {
  std::vector<std::string> key;
  for (std::size_t i = 0; i < spec.key.size(); ++i) {
    const int at = static_cast<int>(i);
    key.push_back(spec.key[i].number ? std::to_string(row.integer(at)) : std::string(row.text(at)));
  }
  return key;
}

TextRow read_row(const PlaceSpec& spec, const Row& row) {
  TextRow out{read_key(spec, row), {}};
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    const int at = static_cast<int>(spec.key.size() + i);
    out.texts.push_back(row.is_null(at) ? std::nullopt : std::optional<std::string>(row.text(at)));
  }
  return out;
}

/// The key of the last of the next `scan` rows, so that a page costs the same however few rows
/// hold the name. Empty: there are none.
Result<std::vector<std::string>> last_key(Session& session, const PlaceSpec& spec,
                                          const std::vector<std::string>& after, std::size_t scan) {
  Statement s;
  const auto keys = joined_key(spec);
  s.text = "SELECT " + keys + " FROM (SELECT " + keys + " FROM " + std::string(spec.table);
  if (!after.empty()) s.text += " WHERE " + key_list(spec) + " > " + s.bind_key(spec, after);
  s.text += " ORDER BY " + keys + " LIMIT " + s.bind(static_cast<std::int64_t>(scan)) +
            ") AS next ORDER BY " + joined_key(spec, " DESC") + " LIMIT 1";
  std::vector<std::string> key;
  auto done = session.query(s.text, s.params, [&](const Row& row) -> Result<void> {
    key = read_key(spec, row);
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return key;
}

}  // namespace

std::string key_list(const PlaceSpec& spec) { return '(' + joined_key(spec) + ')'; }

std::vector<Param> key_params(const PlaceSpec& spec, const std::vector<std::string>& key) {
  std::vector<Param> params;
  for (std::size_t i = 0; i < spec.key.size() && i < key.size(); ++i) {
    if (!spec.key[i].number) {
      params.emplace_back(key[i]);
      continue;
    }
    std::int64_t number = 0;
    std::from_chars(key[i].data(), key[i].data() + key[i].size(), number);
    params.emplace_back(number);
  }
  return params;
}

Result<TextPage> texts(Session& session, erasure::Place place, const erasure::Eraser& name,
                       const std::vector<std::string>& after, std::size_t scan) {
  const PlaceSpec& spec = erasure::spec_of(place);
  auto last = last_key(session, spec, after, scan);
  if (!last) return std::unexpected(std::move(last.error()));
  TextPage page{{}, std::move(*last)};
  if (page.last.empty()) return page;
  Statement s;
  std::string columns = joined_key(spec);
  for (const Column& column : spec.columns)
    columns +=
        ", " + (is_only_counted(column) ? "CASE WHEN " + holds(s, column, name) + " THEN '1' END"
                                        : std::string(column.name));
  s.text = "SELECT " + columns + " FROM " + std::string(spec.table) + " WHERE " + key_list(spec) +
           " <= " + s.bind_key(spec, page.last);
  if (!after.empty()) s.text += " AND " + key_list(spec) + " > " + s.bind_key(spec, after);
  std::string any;
  for (const Column& column : spec.columns)
    any += (any.empty() ? "" : " OR ") + holds(s, column, name);
  s.text += " AND (" + any + ") ORDER BY " + joined_key(spec);
  auto done = session.query(s.text, s.params, [&](const Row& row) -> Result<void> {
    page.rows.push_back(read_row(spec, row));
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return page;
}

}  // namespace hotswap::sql
