#include "infrastructure/postgres/postgres_store.hpp"

#include <libpq-fe.h>

#include <charconv>

#include "infrastructure/postgres/migrations.hpp"
#include "infrastructure/postgres/session.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap {
namespace {

using postgres::ConnectOptions;
using postgres::Session;

constexpr int kOldest = 150000;
constexpr Duration kMigration = std::chrono::minutes(5);

ConnectOptions connect_options(const PostgresOptions& options) {
  ConnectOptions out;
  out.dsn = options.dsn;
  out.statement_timeout = options.statement_timeout;
  out.lock_timeout = options.statement_timeout;
  return out;
}

/// In words for whoever starts the server.
Error explained(Error error) {
  const auto has = [&](std::string_view words) { return error.internal.contains(words); };
  if (has("42501") || has("permission denied"))
    return {ErrorCode::Forbidden, "store.no_rights",
            "The database's user may not create tables in its schema: GRANT CREATE ON SCHEMA "
            "public to it, or make it the database's owner.",
            {}, std::move(error.internal)};
  if (has("password authentication failed") || has("no password supplied"))
    error.detail = "PostgreSQL refuses the user or the password of --database.";
  else if (has("does not exist"))
    error.detail = "PostgreSQL knows no such database or user: create it, or correct --database.";
  else if (has("could not translate host name"))
    error.detail = "The host of --database is not known.";
  else if (has("Connection refused") || has("timeout") || has("No such file"))
    error.detail = "Nobody answers at the address of --database.";
  else if (has("session is read-only"))
    error.detail = "No host of --database takes writes: they are standbys.";
  else if (has("SSL"))
    error.detail = "The TLS connection to PostgreSQL failed: look at sslmode and sslrootcert.";
  return error;
}

Result<void> check_server(Session& session) {
  if (auto open = session.connection().connect(); !open) return open;
  if (session.connection().server_version() >= kOldest) return {};
  return fail(ErrorCode::Conflict, "store.old_server",
              "This server is PostgreSQL " +
                  std::to_string(session.connection().server_version() / 10000) +
                  "; HotSwap needs 15 or later.");
}

/// One node at a time; the others find it done.
Result<void> migrate(const PostgresOptions& options) {
  ConnectOptions patient = connect_options(options);
  patient.statement_timeout = patient.lock_timeout = kMigration;
  patient.idle_in_transaction_timeout = kMigration;
  Session session(patient);
  auto done = check_server(session);
  if (done) done = sql::run(session, "SELECT pg_advisory_lock(7463, 2)");
  if (done) done = sql::migrate(session, postgres::migrations());
  return done;
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options) {
  if (auto done = migrate(options); !done) return std::unexpected(explained(done.error()));
  std::vector<std::unique_ptr<sql::Session>> readers;
  for (std::size_t i = 0; i < options.readers; ++i)
    readers.push_back(std::make_unique<Session>(connect_options(options)));
  auto writer = std::make_unique<Session>(connect_options(options));
  return std::unique_ptr<PostgresStore>(
      new PostgresStore(options, std::move(readers), std::move(writer)));
}

PostgresStore::PostgresStore(const PostgresOptions& options,
                             std::vector<std::unique_ptr<sql::Session>> readers,
                             std::unique_ptr<sql::Session> writer)
    : SqlStore(std::move(readers), options.reader_wait, std::move(writer),
               sql::Recovery{options.writer, options.patience}) {}

Result<WallTime> postgres_time(const std::string& dsn) {
  ConnectOptions options;
  options.dsn = dsn;
  Session session(options);
  auto now = sql::maybe<std::int64_t>(
      session, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", {},
      [](const sql::Row& row) -> Result<std::int64_t> { return row.integer(0); });
  if (!now) return std::unexpected(explained(now.error()));
  return WallTime(Duration(now->value_or(0)));
}

}  // namespace hotswap
