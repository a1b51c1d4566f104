#pragma once
// sql::Session over SQLite's C interface: one connection with its prepared statements.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/base/time.hpp"
#include "infrastructure/sql/session.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace hotswap::sqlite {

/// Not thread-safe; used by one thread at a time.
class Session : public sql::Session {
 public:
  enum class Mode { ReadWrite, ReadOnly };

  /// ReadWrite makes the file (mode 0600) if it is missing. Errors as those of a statement.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(const std::string& path, Mode mode,
                                                             Duration busy_timeout);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  using sql::Session::execute;
  using sql::Session::query;
  Result<std::int64_t> execute(std::string_view text, sql::Params params) override;
  Result<void> query(std::string_view text, sql::Params params, const OnRow& on_row) override;
  Result<void> script(const std::string& text) override;
  Result<void> begin() override;
  Result<void> begin_snapshot() override;
  [[nodiscard]] bool in_transaction() const override;

  /// Copies the database, as it is at the moment of the end, into another connection's file.
  [[nodiscard]] Result<void> copy_to(Session& target);

 private:
  struct Statement {
    sqlite3_stmt* handle = nullptr;
    std::vector<int> positions;  ///< SQLite's index of `$1`, `$2`, …
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  explicit Session(sqlite3* database) : database_(database) {}
  Result<Statement*> prepare(std::string_view text);
  Result<void> bind(const Statement& statement, sql::Params params);
  [[nodiscard]] Error error(int code) const;

  sqlite3* database_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
};

}  // namespace hotswap::sqlite
