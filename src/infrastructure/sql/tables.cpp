#include "infrastructure/sql/tables.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "domain/base/assert.hpp"
#include "domain/base/utf8.hpp"

namespace hotswap::sql {
namespace {

constexpr std::size_t kShownOfAKey = 80;  ///< bytes of one value

std::unexpected<Error> shape(std::string detail) {
  return fail(ErrorCode::Conflict, "moving.shape", std::move(detail));
}

template <class Named>
const Named* find(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Named::name);
  return found == all.end() ? nullptr : &*found;
}

Result<void> check_columns(const Table& wanted, const Table& found, std::string_view side) {
  const std::string where = "Table " + wanted.name + " of " + std::string(side);
  for (const auto& column : wanted.columns) {
    const auto* twin = find(found.columns, column.name);
    if (twin == nullptr) return shape(where + " has no column " + column.name + '.');
    if (twin->kind == ColumnKind::Other || twin->kind != column.kind)
      return shape(where + " has a column " + column.name + " of type " + twin->type +
                   ", which cannot be moved.");
  }
  for (const auto& column : found.columns)
    if (find(wanted.columns, column.name) == nullptr)
      return shape(where + " has a column " + column.name + " that this program does not know.");
  return {};
}

/// Every table of `wanted` is in `found` as it should be, and no other that would be left behind.
Result<void> check_side(const Catalog& wanted, const Catalog& found, std::string_view side) {
  for (const auto& table : wanted) {
    if (!is_moved(table.name)) continue;
    const auto* twin = find(found, table.name);
    if (twin == nullptr)
      return shape(std::string(side) + " has no table " + table.name +
                   ": is it of another version of HotSwap?");
    if (auto same = check_columns(table, *twin, side); !same) return same;
  }
  for (const auto& table : found)
    if (is_moved(table.name) && find(wanted, table.name) == nullptr)
      return shape(std::string(side) + " has a table " + table.name +
                   " that this program does not know; drop it, or use the program that made it.");
  return {};
}

Catalog parents_first(const Catalog& tables) {
  Catalog ordered;
  std::set<std::string> placed;
  while (ordered.size() < tables.size()) {
    const auto before = ordered.size();
    for (const auto& table : tables) {
      const bool ready = std::ranges::all_of(table.parents, [&](const std::string& parent) {
        return parent == table.name || placed.contains(parent);
      });
      if (ready && placed.insert(table.name).second) ordered.push_back(table);
    }
    HS_ASSERT(ordered.size() > before);  // tables of the migrations refer to each other in no ring
  }
  return ordered;
}

std::string text_of(const Param& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value()))
    return std::to_string(*number);
  if (const auto* text = std::get_if<std::string_view>(&value.value()))
    return clip_utf8(*text, kShownOfAKey);
  return "NULL";
}

}  // namespace

bool is_moved(std::string_view table) {
  constexpr std::array<std::string_view, 6> kStay = {
      "schema_version", "nodes", "change_log", "writers", "backup_manifest", "write_behind"};
  return !table.starts_with("sqlite_") && std::ranges::find(kStay, table) == kStay.end();
}

Result<Catalog> tables_to_move(const Catalog& reference, const Catalog& from, const Catalog& to) {
  if (auto same = check_side(reference, from, "the source"); !same)
    return std::unexpected(same.error());
  if (auto same = check_side(reference, to, "the target"); !same)
    return std::unexpected(same.error());
  Catalog moved;
  std::ranges::copy_if(reference, std::back_inserter(moved),
                       [](const Table& table) { return is_moved(table.name); });
  return parents_first(moved);
}

std::string column_list(const Table& table) {
  std::string list;
  for (const auto& column : table.columns)
    list.append(list.empty() ? "\"" : ", \"").append(column.name).append("\"");
  return list;
}

std::string name_of_row(const Table& table, Params row) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size() && i < row.size(); ++i) {
    if (std::ranges::find(table.key, table.columns[i].name) == table.key.end()) continue;
    text.append(text.empty() ? "" : ", ").append(table.columns[i].name).append("=");
    text += text_of(row[i]);
  }
  return table.name + " (" + text + ")";
}

}  // namespace hotswap::sql
