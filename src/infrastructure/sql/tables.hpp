#pragma once
// Tables as they are moved from one database to another: what the databases' own catalogues say of
// them, so that no list has to be kept beside the migrations.

#include <string>
#include <string_view>
#include <vector>

#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

enum class ColumnKind { Integer, Text, Other };

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::Other;
  std::string type;  ///< as the database calls it
};

struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> key{};      ///< columns of a unique key; rows are read in their order
  std::vector<std::string> parents{};  ///< tables that rows refer to
};
using Catalog = std::vector<Table>;

/// False for what belongs to one database (its migrations) or to servers that run (their nodes,
/// what they tell each other, which batch they have committed).
[[nodiscard]] bool is_moved(std::string_view table);

/// The tables to move, parents first, with columns and keys as in `reference`, the catalogue of
/// this program's newest schema. Conflict `moving.shape` if a database lacks a table or column, has
/// a further one whose rows would be lost, or a type that cannot be moved.
[[nodiscard]] Result<Catalog> tables_to_move(const Catalog& reference, const Catalog& from,
                                             const Catalog& to);

/// `"a", "b"`
[[nodiscard]] std::string column_list(const Table& table);
/// For messages: `versions (profile=shop, number=1.2.0)`.
[[nodiscard]] std::string name_of_row(const Table& table, Params row);

}  // namespace hotswap::sql
