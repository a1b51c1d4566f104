#pragma once
// PostgreSQL as a database to move rows from or to.

#include "infrastructure/postgres/connection.hpp"
#include "infrastructure/postgres/session.hpp"
#include "infrastructure/sql/moving.hpp"

namespace hotswap::postgres {

class MovingSide : public sql::MovingSide {
 public:
  enum class Servers { MayRun, MustNotRun };

  /// The database as it is now, whoever writes to it meanwhile. Errors: those of
  /// sql::expect_current() and refusals.hpp, Conflict `moving.in_use` if servers run on it and must
  /// not.
  [[nodiscard]] static Result<std::unique_ptr<MovingSide>> source(const std::string& dsn,
                                                                  Servers servers);
  /// Makes its tables if it has none. Servers that start meanwhile wait. All is one transaction.
  [[nodiscard]] static Result<std::unique_ptr<MovingSide>> target(const std::string& dsn);

  Result<sql::Catalog> catalog() override;
  Result<std::uint64_t> count(const sql::Table& table) override;
  Result<void> check_values(const sql::Table&) override { return {}; }
  Result<void> read(const sql::Table& table, const OnValues& on_row) override;
  Result<std::unique_ptr<sql::RowSink>> writer(const sql::Table& table) override;
  Result<sql::Counters> counters() override;
  Result<void> set_counters(const sql::Counters& counters) override;
  Result<void> settle(const sql::Catalog& tables) override;
  Result<void> commit() override;

 private:
  struct Sequence {
    std::string table;
    std::string name;  ///< quoted as it must be
  };
  explicit MovingSide(const std::string& dsn);
  [[nodiscard]] Result<std::vector<Sequence>> sequences();
  [[nodiscard]] Result<void> expect_no_servers();

  Session session_;
};

}  // namespace hotswap::postgres
