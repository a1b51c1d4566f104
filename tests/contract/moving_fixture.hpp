#pragma once
// Databases full of odd rows, whatever tables the migrations have made.

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "contract/store_fixture.hpp"
#include "infrastructure/sql/moving.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/sqlite/migrations.hpp"
#include "infrastructure/sqlite/moving.hpp"

namespace hotswap::contract {

/// An SQLite database with all tables.
inline std::unique_ptr<sqlite::Session> new_sqlite(const std::string& path) {
  auto session =
      sqlite::Session::open(path, sqlite::Session::Mode::ReadWrite, std::chrono::seconds(5));
  EXPECT_TRUE(session.has_value());
  EXPECT_TRUE(sql::migrate(**session, sqlite::migrations()).has_value());
  return std::move(*session);
}

/// Texts that a careless copy would change, each in its own way.
inline const std::vector<std::string>& odd_texts() {
  static const std::vector<std::string> kTexts = {
      "",
      " ",
      "NULL",
      "null",
      "\\N",
      "\\.",
      "\\",
      "a\\",
      "\\n",
      "\t",
      "a\tb",
      "\n",
      "a\nb\n",
      "\r\n",
      "\b\f\v\x01\x1f\x7f",
      "'",
      "''",
      "\"",
      "%s$1",
      "{}",
      "0",
      "1e3",
      "9007199254740993",
      "\xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF",  // beyond the basic plane
      "\xC3\xA9",
      "e\xCC\x81",  // two that look alike
      "\xEF\xBB\xBF",
      "\xEF\xBF\xBF",
      std::string(70'000, 'x')};
  return kTexts;
}

/// Fills every table with random rows that keep to its constraints.
class OddRows {
 public:
  OddRows(sqlite::Session& session, unsigned seed) : session_(session), random_(seed) {}

  void fill(const sql::Catalog& tables, int rows_each) {
    EXPECT_TRUE(session_.begin().has_value());
    for (const auto& table : tables)
      for (int i = 0; i < rows_each; ++i) insert(table);
    EXPECT_TRUE(session_.script("COMMIT").has_value());
  }

 private:
  struct Value {
    std::optional<std::string> text;
    std::optional<std::int64_t> number;
    [[nodiscard]] sql::Param param() const {
      if (number) return {*number};
      if (text) return {*text};
      return {std::nullopt};
    }
  };

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  std::int64_t odd_number(bool in_key) {
    static const std::vector<std::int64_t> kNumbers = {0,
                                                       1,
                                                       -1,
                                                       (std::int64_t{1} << 53) + 1,
                                                       std::numeric_limits<std::int64_t>::max(),
                                                       std::numeric_limits<std::int64_t>::min(),
                                                       1'700'000'000'123};
    if (!in_key) return kNumbers[below(kNumbers.size())];
    return static_cast<std::int64_t>(below(std::size_t{1} << 54)) + 1;
  }

  std::string odd_text(bool in_key) {
    auto text = odd_texts()[below(odd_texts().size())];
    if (!in_key) return text;
    // PostgreSQL's indexes take no key of many kilobytes.
    return text.substr(0, 100) + std::to_string(below(1000));
  }

  /// Values of columns that refer to another table's row: those of a row that is there.
  void refer(const sql::Table& table, std::map<std::string, Value>& values) {
    for (const auto& parent : table.parents) {
      std::vector<std::string> from;
      std::string select;
      const auto read = [&](const sql::Row& row) -> Result<void> {
        from.emplace_back(row.text(0));
        select += (select.empty() ? "\"" : ", \"") + std::string(row.text(1)) + "\"";
        return {};
      };
      EXPECT_TRUE(session_
                      .query("SELECT \"from\", coalesce(\"to\", (SELECT name FROM "
                             "pragma_table_info(f.\"table\") WHERE pk = f.seq + 1)) FROM "
                             "pragma_foreign_key_list($1) AS f WHERE \"table\" = $2 ORDER BY seq",
                             {table.name, parent}, read)
                      .has_value());
      auto taken =
          session_.query("SELECT " + select + " FROM \"" + parent + "\" ORDER BY random() LIMIT 1",
                         {}, [&](const sql::Row& row) -> Result<void> {
                           for (std::size_t i = 0; i < from.size(); ++i)
                             values[from[i]] = {std::string(row.text(static_cast<int>(i))), {}};
                           return {};
                         });
      EXPECT_TRUE(taken.has_value()) << taken.error().internal;
    }
  }

  std::set<std::string> names(std::string_view query, const std::string& table) {
    std::set<std::string> found;
    EXPECT_TRUE(session_
                    .query(query, {table},
                           [&](const sql::Row& row) -> Result<void> {
                             found.emplace(row.text(0));
                             return {};
                           })
                    .has_value());
    return found;
  }

  void insert(const sql::Table& table) {
    const auto nullable = names(
        "SELECT name FROM pragma_table_info($1) WHERE \"notnull\" = 0 AND pk = 0", table.name);
    const auto indexed = names(
        "SELECT DISTINCT c.name FROM pragma_index_list($1) AS i, pragma_index_info(i.name) AS c",
        table.name);
    const auto primary = names("SELECT name FROM pragma_table_info($1) WHERE pk > 0", table.name);
    std::map<std::string, Value> values;
    for (const auto& column : table.columns) {
      const bool key = indexed.contains(column.name) || primary.contains(column.name);
      auto& value = values[column.name];
      if (nullable.contains(column.name) && below(3) == 0) continue;
      if (column.kind == sql::ColumnKind::Integer) {
        value.number = odd_number(key);
      } else {
        value.text = odd_text(key);
      }
    }
    refer(table, values);
    std::string places;
    std::vector<sql::Param> params;
    for (const auto& column : table.columns) {
      params.push_back(values[column.name].param());
      places += (places.empty() ? "$" : ", $") + std::to_string(params.size());
    }
    auto done = session_.execute("INSERT OR IGNORE INTO \"" + table.name + "\" (" +
                                     sql::column_list(table) + ") VALUES (" + places + ")",
                                 sql::Params(params));
    EXPECT_TRUE(done.has_value()) << table.name << ": " << done.error().internal;
  }

  sqlite::Session& session_;
  std::mt19937 random_;
};

/// Rows that one file has and the other has not, and counters that differ; none if they are alike.
inline std::vector<std::string> differences(sqlite::Session& session, const std::string& other,
                                            const sql::Catalog& tables) {
  std::vector<std::string> found;
  EXPECT_TRUE(session.script("ATTACH '" + other + "' AS other").has_value());
  const auto compare = [&](const std::string& name, const std::string& columns) {
    for (const auto& [mine, theirs] : {std::pair("main", "other"), std::pair("other", "main")}) {
      auto done =
          session.query("SELECT " + columns + " FROM " + mine + ".\"" + name + "\" EXCEPT SELECT " +
                            columns + " FROM " + theirs + ".\"" + name + "\"",
                        {}, [&](const sql::Row& row) -> Result<void> {
                          found.push_back(name + " of " + mine + ": " + std::string(row.text(0)));
                          return {};
                        });
      EXPECT_TRUE(done.has_value()) << done.error().internal;
    }
  };
  for (const auto& table : tables) compare(table.name, sql::column_list(table));
  compare("sqlite_sequence", "name, seq");
  EXPECT_TRUE(session.script("DETACH other").has_value());
  return found;
}

}  // namespace hotswap::contract
