#include "infrastructure/sql/migrate.hpp"

#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

Result<std::int64_t> schema_version(Session& session) {
  const auto version =
      maybe<std::int64_t>(session, "SELECT max(version) FROM schema_version", {},
                          [](const Row& row) -> Result<std::int64_t> { return row.integer(0); });
  if (!version) return std::unexpected(version.error());
  return version->value_or(0);
}

Result<void> step(Session& session, const Migration& migration) {
  if (auto begun = session.begin(); !begun) return begun;
  auto done = session.script(std::string(migration.script));
  if (done) {
    done = run(session, "INSERT INTO schema_version (version, name) VALUES ($1, $2)",
               {migration.version, migration.name});
  }
  if (done) done = run(session, "COMMIT");
  if (!done && session.in_transaction()) static_cast<void>(run(session, "ROLLBACK"));
  return done;
}

}  // namespace

Result<void> migrate(Session& session, std::span<const Migration> migrations) {
  auto made = run(session,
                  "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, "
                  "name TEXT NOT NULL, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)");
  if (!made) return made;
  const auto stored = schema_version(session);
  if (!stored) return std::unexpected(stored.error());
  const std::int64_t newest = migrations.empty() ? 0 : migrations.back().version;
  if (*stored > newest) {
    return fail(ErrorCode::Conflict, "store.newer_database",
                "The database has schema version " + std::to_string(*stored) +
                    ", this program knows up to " + std::to_string(newest) +
                    "; start the newer program, or restore a backup made by this one.");
  }
  for (const auto& migration : migrations) {
    if (migration.version <= *stored) continue;
    if (auto done = step(session, migration); !done) return done;
  }
  return {};
}

}  // namespace hotswap::sql
