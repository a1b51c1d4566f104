#pragma once
// Very many rows made of one that is there, within the database and in SQL that both databases
// speak.

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "infrastructure/sql/tables.hpp"

namespace hotswap::testing {

class BulkRows {
 public:
  enum class Dialect { Sqlite, Postgres };

  BulkRows(sql::Session& session, const sql::Catalog& tables, Dialect dialect)
      : session_(session), tables_(tables), dialect_(dialect) {}

  /// Rows `first` … `last` of a table, like the one row that is there now, but for what `values`
  /// say, in SQL over `i`, the row's number. Those of `numbered` are given by the database.
  struct Like {
    std::string table;
    std::map<std::string, std::string> values{};
    std::set<std::string> numbered{};
  };
  void add(const Like& like, std::int64_t first, std::int64_t last) {
    const auto pattern = "like_" + like.table;
    if (patterns_.insert(like.table).second)
      run("CREATE TEMP TABLE " + pattern + " AS SELECT * FROM " + like.table + " LIMIT 1");
    std::string columns, values;
    for (const auto& column : table(like.table).columns) {
      if (like.numbered.contains(column.name)) continue;
      const auto given = like.values.find(column.name);
      columns += (columns.empty() ? "\"" : ", \"") + column.name + '"';
      values += values.empty() ? "" : ", ";
      values += given == like.values.end() ? "p.\"" + column.name + '"' : given->second;
    }
    run("INSERT INTO " + like.table + " (" + columns + ") SELECT " + values + " FROM " + pattern +
        " AS p CROSS JOIN " + series(first, last));
  }

  void run(const std::string& text) {
    if (auto done = session_.script(text); !done)
      throw std::runtime_error(text.substr(0, 300) + ": " + done.error().internal);
  }

 private:
  const sql::Table& table(const std::string& name) const {
    for (const auto& table : tables_)
      if (table.name == name) return table;
    throw std::runtime_error("no table " + name);
  }
  [[nodiscard]] std::string series(std::int64_t first, std::int64_t last) const {
    const auto from = std::to_string(first), to = std::to_string(last);
    if (dialect_ == Dialect::Postgres) return "generate_series(" + from + ", " + to + ") AS s(i)";
    return "(WITH RECURSIVE s(i) AS (VALUES(" + from +
           ") UNION ALL SELECT i + 1 FROM s WHERE i < " + to + ") SELECT i FROM s) AS s";
  }

  sql::Session& session_;
  const sql::Catalog& tables_;
  const Dialect dialect_;
  std::set<std::string> patterns_;
};

}  // namespace hotswap::testing
