#include "infrastructure/sqlite/sqlite_store.hpp"

#include "infrastructure/sql/query.hpp"
#include "infrastructure/sql/write_behind.hpp"
#include "infrastructure/sqlite/migrations.hpp"
#include "infrastructure/sqlite/new_file.hpp"
#include "infrastructure/sqlite/session.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap {
namespace {

using sqlite::Session;

constexpr std::int64_t kVacuumed = 64 << 20;  ///< bytes; less than a second's work

Result<std::int64_t> count(Session& session, std::string_view text) {
  auto value = sql::maybe<std::int64_t>(
      session, text, {},
      [](const sql::Row& row) -> Result<std::int64_t> { return row.integer(0); });
  return sql::mapped(std::move(value), [](auto found) { return found.value_or(0); });
}

std::unexpected<Error> foreign(const std::string& path) {
  return fail(ErrorCode::Conflict, "store.foreign_database",
              path + " is not a HotSwap database; name another file.");
}

/// Refuses what is not ours before anything is written to it.
Result<void> check_ours(Session& session, const std::string& path) {
  const auto tables = count(session, "SELECT count(*) FROM sqlite_master");
  if (!tables) {
    return tables.error().code == ErrorCode::Internal ? foreign(path)
                                                      : std::unexpected(tables.error());
  }
  if (*tables == 0) return {};
  const auto ours =
      count(session, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'");
  if (!ours) return std::unexpected(ours.error());
  return *ours == 1 ? Result<void>() : foreign(path);
}

Result<void> limit_size(Session& session, std::uint64_t max_bytes) {
  if (max_bytes == 0) return {};
  const auto page = count(session, "PRAGMA page_size");
  if (!page) return std::unexpected(page.error());
  const auto pages = max_bytes / static_cast<std::uint64_t>(*page);
  return session.script("PRAGMA max_page_count = " + std::to_string(pages));
}

Result<std::unique_ptr<sql::BatchWriter>> open_writer(const SqliteOptions& options) {
  auto session = Session::open(options.path, Session::Mode::ReadWrite, options.busy_timeout);
  if (!session) return std::unexpected(session.error());
  auto done = check_ours(**session, options.path);
  // The cache holds the tables of a large fleet: a step of a rollout writes to all of their pages.
  if (done) {
    done = (*session)->script(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; "
        "PRAGMA secure_delete = ON");
  }
  if (done) done = sql::migrate(**session, sqlite::migrations());
  if (done) done = limit_size(**session, options.max_bytes);
  if (done) done = sql::settle(**session);
  if (!done) return std::unexpected(done.error());
  return std::make_unique<sql::BatchWriter>(std::move(*session),
                                            std::make_unique<sql::WriteBehind>());
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  auto writer = open_writer(options);
  if (!writer) return std::unexpected(writer.error());
  std::vector<std::unique_ptr<sql::Session>> readers;
  for (std::size_t i = 0; i < options.readers; ++i) {
    auto reader = Session::open(options.path, Session::Mode::ReadOnly, options.busy_timeout);
    if (!reader) return std::unexpected(reader.error());
    readers.push_back(std::move(*reader));
  }
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(options), std::move(readers), std::move(*writer)));
}

SqliteStore::SqliteStore(SqliteOptions options, std::vector<std::unique_ptr<sql::Session>> readers,
                         std::unique_ptr<sql::BatchWriter> writer)
    : SqlStore(std::move(readers), options.reader_wait, std::move(writer)),
      options_(std::move(options)) {}

Result<void> SqliteStore::scrub() {
  auto session = Session::open(options_.path, Session::Mode::ReadWrite, options_.busy_timeout);
  if (!session) return std::unexpected(session.error());
  const auto pages = count(**session,
                           "SELECT page_count * page_size FROM pragma_page_count(), "
                           "pragma_page_size()");
  if (!pages) return std::unexpected(pages.error());
  // Pages keep scraps of rows that moved within them; a large database would stand still too long.
  if (*pages <= kVacuumed)
    if (auto done = (*session)->script("PRAGMA secure_delete = ON; VACUUM"); !done) return done;
  const auto busy = count(**session, "PRAGMA wal_checkpoint(TRUNCATE)");
  if (!busy) return std::unexpected(busy.error());
  if (*busy == 0) return {};
  return std::unexpected(store::unavailable("the write-ahead log is still being read"));
}

Result<void> SqliteStore::backup(const std::string& path, const OnCopy& on_copy) {
  sqlite::NewFile file(path);
  if (file.is_taken()) {
    return fail(ErrorCode::Conflict, "backup.exists",
                "There is a file at " + path + " already; name a new one.");
  }
  auto source = Session::open(options_.path, Session::Mode::ReadOnly, options_.busy_timeout);
  if (!source) return std::unexpected(source.error());
  auto target = Session::open(file.part(), Session::Mode::ReadWrite, options_.busy_timeout);
  if (!target) return std::unexpected(target.error());
  auto done = (*source)->copy_to(**target);
  if (done) done = sql::settle(**target);
  if (done && on_copy) done = on_copy(**target);
  // One file, also while somebody reads it: no write-ahead log beside it.
  if (done) done = (*target)->script("PRAGMA journal_mode = DELETE");
  target->reset();
  return done ? file.publish() : done;
}

}  // namespace hotswap
