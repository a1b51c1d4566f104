#include "infrastructure/postgres/postgres_store.hpp"

#include "infrastructure/postgres/migrations.hpp"
#include "infrastructure/postgres/refusals.hpp"
#include "infrastructure/postgres/session.hpp"
#include "infrastructure/sql/query.hpp"

namespace hotswap {
namespace {

using postgres::ConnectOptions;
using postgres::explained;
using postgres::Session;

constexpr Duration kMigration = std::chrono::minutes(5);

ConnectOptions connect_options(const PostgresOptions& options) {
  ConnectOptions out;
  out.dsn = options.dsn;
  out.statement_timeout = options.statement_timeout;
  out.lock_timeout = options.statement_timeout;
  return out;
}

Result<void> check_server(Session& session) {
  if (auto open = session.connection().connect(); !open) return open;
  return postgres::check_version(session.connection().server_version());
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
  auto writer =
      std::make_unique<sql::BatchWriter>(std::make_unique<Session>(connect_options(options)),
                                         sql::Recovery{options.writer, options.patience});
  return std::unique_ptr<PostgresStore>(
      new PostgresStore(options, std::move(readers), std::move(writer)));
}

PostgresStore::PostgresStore(const PostgresOptions& options,
                             std::vector<std::unique_ptr<sql::Session>> readers,
                             std::unique_ptr<sql::BatchWriter> writer)
    : SqlStore(std::move(readers), options.reader_wait, std::move(writer)) {}

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
