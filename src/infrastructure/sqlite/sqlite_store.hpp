#pragma once
// The embedded database: one file, one node, no server to look after. Write-ahead log and
// synchronous=FULL: what commit() answered with success survives a crash of process and machine.

#include <functional>
#include <memory>
#include <string>

#include "infrastructure/sql/sql_store.hpp"

namespace hotswap {

namespace sqlite {
class Session;
}

struct SqliteOptions {
  std::string path;
  std::size_t readers = 4;                          ///< connections for reading
  Duration reader_wait = std::chrono::seconds(5);   ///< for a free one
  Duration busy_timeout = std::chrono::seconds(5);  ///< for another process's lock
  std::uint64_t max_bytes = 0;                      ///< of the file; 0: unlimited
};

class SqliteStore : public sql::SqlStore {
 public:
  /// Makes the file if it is missing and brings its schema up to date. Errors: Unavailable
  /// `store.unavailable` (cannot be opened or written), Conflict `store.newer_database` (made by a
  /// newer program; untouched), Conflict `store.foreign_database` (another program's, or no
  /// database at all; untouched).
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);

  /// Looks at the copy before it gets its name.
  using OnCopy = std::function<Result<void>(sqlite::Session&)>;
  /// Writes a consistent copy to a new file while everything goes on. Appears under `path` only
  /// when complete; Conflict `backup.exists` if there is a file already.
  [[nodiscard]] Result<void> backup(const std::string& path, const OnCopy& on_copy = {});

  /// Deleted content is overwritten at once; this empties the write-ahead log of it, and writes a
  /// small database anew. Unavailable `store.unavailable` while a long read holds the log.
  Result<void> scrub() override;

 private:
  SqliteStore(SqliteOptions options, std::vector<std::unique_ptr<sql::Session>> readers,
              std::unique_ptr<sql::BatchWriter> writer);

  SqliteOptions options_;
};

}  // namespace hotswap
