#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace hotswap::contract {

/// A SQLite file as somebody else than the store opens it.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
  }
  ~RawDatabase() { sqlite3_close(handle_); }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  void run(const std::string& text) {
    EXPECT_EQ(sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle_);
  }
  /// A column of the first row.
  std::string text(const std::string& query, int column = 0) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(handle_, query.c_str(), -1, &statement, nullptr), SQLITE_OK);
    std::string found;
    if (sqlite3_step(statement) == SQLITE_ROW) {
      const auto* value = sqlite3_column_text(statement, column);
      if (value != nullptr) found = reinterpret_cast<const char*>(value);
    }
    sqlite3_finalize(statement);
    return found;
  }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace hotswap::contract
