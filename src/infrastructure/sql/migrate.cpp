#include "infrastructure/sql/migrate.hpp"

#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

Result<std::int64_t> number(Session& session, std::string_view text) {
  auto value = maybe<std::int64_t>(
      session, text, {}, [](const Row& row) -> Result<std::int64_t> { return row.integer(0); });
  return mapped(std::move(value), [](auto found) { return found.value_or(0); });
}

/// Databases that were made before there was a question of it lack the column.
bool has_compatible(Session& session) {
  return number(session, "SELECT max(compatible) FROM schema_version").has_value();
}

/// The oldest version whose programs can work on the database.
Result<std::int64_t> oldest_fit(Session& session, std::int64_t stored) {
  if (!has_compatible(session)) return stored;
  return number(session, "SELECT max(coalesce(compatible, version)) FROM schema_version");
}

Result<void> check_newer(Session& session, std::int64_t stored, std::int64_t known) {
  const auto oldest = oldest_fit(session, stored);
  if (!oldest) return std::unexpected(oldest.error());
  if (*oldest <= known) return {};
  return fail(ErrorCode::Conflict, "store.newer_database",
              "The database has schema version " + std::to_string(stored) +
                  ", this program knows up to " + std::to_string(known) +
                  "; start the newer program, or restore a backup made by this one.");
}

Result<void> step(Session& session, const Migration& migration) {
  if (auto begun = session.begin(); !begun) return begun;
  auto done = session.script(std::string(migration.script));
  if (done) {
    const auto compatible = migration.compatible > 0 ? migration.compatible : migration.version;
    done =
        run(session, "INSERT INTO schema_version (version, name, compatible) VALUES ($1, $2, $3)",
            {migration.version, migration.name, compatible});
  }
  if (done) done = run(session, "COMMIT");
  if (!done && session.in_transaction()) static_cast<void>(run(session, "ROLLBACK"));
  return done;
}

}  // namespace

Result<void> migrate(Session& session, std::span<const Migration> migrations) {
  auto made = run(session,
                  "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, "
                  "name TEXT NOT NULL, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "
                  "compatible BIGINT)");
  if (!made) return made;
  const auto stored = number(session, "SELECT max(version) FROM schema_version");
  if (!stored) return std::unexpected(stored.error());
  const std::int64_t newest = migrations.empty() ? 0 : migrations.back().version;
  if (*stored > newest) return check_newer(session, *stored, newest);
  if (!has_compatible(session)) {
    made = run(session, "ALTER TABLE schema_version ADD COLUMN compatible BIGINT");
    if (!made) return made;
  }
  for (const auto& migration : migrations) {
    if (migration.version <= *stored) continue;
    if (auto done = step(session, migration); !done) return done;
  }
  return {};
}

Result<void> expect_current(Session& session, std::span<const Migration> migrations) {
  const auto stored = number(session, "SELECT max(version) FROM schema_version");
  if (!stored) return std::unexpected(stored.error());
  const std::int64_t newest = migrations.empty() ? 0 : migrations.back().version;
  if (*stored == newest) return {};
  const std::string words = "The database has schema version " + std::to_string(*stored) +
                            ", this program works on " + std::to_string(newest);
  if (*stored > newest)
    return fail(ErrorCode::Conflict, "store.newer_database", words + ": use the newer program.");
  return fail(ErrorCode::Conflict, "store.older_schema",
              words +
                  ": bring it up to date with --upgrade, or by starting this program's server "
                  "on it once.");
}

}  // namespace hotswap::sql
