#pragma once
// The database of a cluster: PostgreSQL 15 or later. Every node has one connection that writes, on
// which its change sets are committed in groups, and some that read. Connections are made anew by
// themselves; a commit whose answer was lost is looked up before it is repeated.

#include <memory>

#include "infrastructure/postgres/connection.hpp"
#include "infrastructure/sql/sql_store.hpp"

namespace hotswap {

struct PostgresOptions {
  std::string dsn;                                 ///< holds a password: never logged
  std::string writer;                              ///< unique per process
  std::size_t readers = 8;                         ///< connections for reading
  Duration reader_wait = std::chrono::seconds(5);  ///< for a free one
  Duration statement_timeout = std::chrono::seconds(10);
  Duration patience = std::chrono::seconds(15);  ///< with a commit that the database cannot take
};

class PostgresStore : public sql::SqlStore {
 public:
  /// Brings the schema up to date; several nodes may do so at once. Errors: Unavailable
  /// `store.unavailable` (not reachable), Conflict `store.newer_database`, and those of
  /// refusals.hpp.
  [[nodiscard]] static Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options);

 private:
  PostgresStore(const PostgresOptions& options, std::vector<std::unique_ptr<sql::Session>> readers,
                std::unique_ptr<sql::BatchWriter> writer);
};

/// The database's clock, by which all nodes go.
[[nodiscard]] Result<WallTime> postgres_time(const std::string& dsn);

}  // namespace hotswap
