#pragma once
// The text form of COPY: a row is a line, columns stand between tabs, `\N` is NULL.

#include <string>
#include <string_view>
#include <vector>

#include "infrastructure/sql/tables.hpp"

namespace hotswap::postgres {

/// Appends the row with its line break.
void append_copy_row(std::string& out, sql::Params row);

/// Reads rows of one table again and again without making room anew.
class CopyRow {
 public:
  explicit CopyRow(const sql::Table& table) : table_(table) {}
  /// The columns of one line; valid until the next one. Internal `store.failed` if it is none.
  [[nodiscard]] Result<sql::Params> read(std::string_view line);

 private:
  const sql::Table& table_;
  std::string plain_;  ///< without escapes
  std::vector<sql::Param> values_;
};

}  // namespace hotswap::postgres
