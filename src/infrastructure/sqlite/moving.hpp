#pragma once
// SQLite as a database to move rows from or to.

#include "infrastructure/sql/moving.hpp"
#include "infrastructure/sqlite/session.hpp"

namespace hotswap::sqlite {

class MovingSide : public sql::MovingSide {
 public:
  /// The database as it is now, whoever writes to it meanwhile. NotFound `moving.no_database`,
  /// Conflict `store.foreign_database`, and those of sql::expect_current().
  [[nodiscard]] static Result<std::unique_ptr<MovingSide>> source(const std::string& path);
  /// A new file with all tables and no rows, which nobody else may open before commit(). Whoever
  /// names it removes it if there is none.
  [[nodiscard]] static Result<std::unique_ptr<MovingSide>> target(const std::string& path);
  /// Over a session that outlives this.
  explicit MovingSide(Session& session) : session_(session) {}

  Result<sql::Catalog> catalog() override;
  Result<std::uint64_t> count(const sql::Table& table) override;
  Result<void> check_values(const sql::Table& table) override;
  Result<void> read(const sql::Table& table, const OnValues& on_row) override;
  Result<std::unique_ptr<sql::RowSink>> writer(const sql::Table& table) override;
  Result<sql::Counters> counters() override;
  Result<void> set_counters(const sql::Counters& counters) override;
  Result<void> settle(const sql::Catalog& tables) override;
  Result<void> commit() override;

  [[nodiscard]] sql::Session& session() { return session_; }

 private:
  explicit MovingSide(std::unique_ptr<Session> session)
      : owned_(std::move(session)), session_(*owned_) {}

  std::unique_ptr<Session> owned_;
  Session& session_;
};

/// What the tables of this program's newest schema look like.
[[nodiscard]] Result<sql::Catalog> newest_catalog();

}  // namespace hotswap::sqlite
