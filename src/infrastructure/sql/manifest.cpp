#include "infrastructure/sql/manifest.hpp"

#include <algorithm>

#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {

Result<void> write_manifest(Session& session, const Manifest& tables) {
  auto done = session.script(
      "DROP TABLE IF EXISTS backup_manifest; "
      "CREATE TABLE backup_manifest (name TEXT PRIMARY KEY, \"rows\" INTEGER NOT NULL, "
      "hash TEXT NOT NULL)");
  for (const auto& table : tables) {
    if (!done) return done;
    done = run(session, "INSERT INTO backup_manifest (name, \"rows\", hash) VALUES ($1, $2, $3)",
               {table.name, static_cast<std::int64_t>(table.rows), table.hash});
  }
  return done;
}

Result<std::optional<Manifest>> read_manifest(Session& session) {
  const auto there =
      exists(session, "SELECT 1 FROM sqlite_master WHERE name = 'backup_manifest'", {});
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::optional<Manifest>();
  auto tables = all<MovedTable>(
      session, "SELECT name, \"rows\", hash FROM backup_manifest ORDER BY name", {},
      [](const Row& row) -> Result<MovedTable> {
        return MovedTable{std::string(row.text(0)), static_cast<std::uint64_t>(row.integer(1)),
                          std::string(row.text(2))};
      });
  return mapped(std::move(tables),
                [](Manifest found) { return std::optional<Manifest>(std::move(found)); });
}

Result<void> expect_as_written(const Manifest& written, const std::vector<MovedTable>& found) {
  for (const auto& table : found) {
    const auto then = std::ranges::find(written, table.name, &MovedTable::name);
    const bool same = then == written.end() ? table.rows == 0
                                            : then->rows == table.rows && then->hash == table.hash;
    if (!same)
      return fail(ErrorCode::Conflict, "backup.damaged",
                  "Table " + table.name +
                      " of the backup is not as it was when the backup was made: the file was "
                      "changed or damaged. Take another backup.");
  }
  return {};
}

}  // namespace hotswap::sql
