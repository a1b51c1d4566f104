#include "app/moving.hpp"

#include <filesystem>

#include "app/places.hpp"
#include "domain/base/overloaded.hpp"
#include "infrastructure/postgres/moving.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/sql/manifest.hpp"
#include "infrastructure/sqlite/moving.hpp"
#include "infrastructure/sqlite/new_file.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "orchestrator/audit_service.hpp"

namespace hotswap {
namespace {

using cli::MoveArguments;
using cli::MoveReport;
using OnProgress = std::function<void(const cli::MoveProgress&)>;
using Servers = postgres::MovingSide::Servers;
using Moved = Result<std::vector<sql::MovedTable>>;

constexpr Duration kReaderWait = std::chrono::seconds(5);

sql::OnMoveProgress told_to(const OnProgress& on_progress) {
  return [&on_progress](const sql::MoveProgress& progress) {
    on_progress({std::string(sql::to_string(progress.phase)), std::string(progress.table),
                 progress.done, progress.of});
  };
}

/// Nobody reads a server's log here: the driver's own words belong to the message.
Error in_words(Error error, std::string_view end) {
  if (!error.internal.empty()) error.detail += " (" + error.internal + ")";
  error.detail += end;
  return error;
}

MoveReport report_of(const Place& from, const Place& to, std::vector<sql::MovedTable> tables) {
  MoveReport report{name_of(from), name_of(to), {}, {}};
  for (auto& table : tables)
    report.tables.push_back({std::move(table.name), table.rows, std::move(table.hash)});
  return report;
}

// ── the audit ───────────────────────────────────────────────────────────────────────────────────

/// Nothing: the chain holds.
Result<std::optional<Error>> broken_audit(Store& store) {
  Committer committer(store);
  AuditService audit(store, committer);
  Caller self;
  self.principal.roles = {Role::Admin};
  auto whole = audit.verify(self);
  if (whole) return std::optional<Error>();
  if (!whole.error().reason.starts_with("audit.")) return std::unexpected(std::move(whole.error()));
  return std::optional<Error>(std::move(whole.error()));
}

Result<std::unique_ptr<sql::Session>> reader_of(const Place& place) {
  if (const auto* target = std::get_if<PostgresPlace>(&place))
    return std::make_unique<postgres::Session>(postgres::ConnectOptions{.dsn = target->dsn});
  auto session = sqlite::Session::open(std::get<SqlitePlace>(place).file,
                                       sqlite::Session::Mode::ReadOnly, kReaderWait);
  if (!session) return std::unexpected(session.error());
  return std::move(*session);
}

Result<std::optional<Error>> broken_audit(const Place& place) {
  auto reader = reader_of(place);
  if (!reader) return std::unexpected(reader.error());
  std::vector<std::unique_ptr<sql::Session>> readers;
  readers.push_back(std::move(*reader));
  sql::SqlStore store(std::move(readers), kReaderWait, {});
  return broken_audit(store);
}

// ── sources ─────────────────────────────────────────────────────────────────────────────────────

Result<std::unique_ptr<sql::MovingSide>> open_source(const Place& place, Servers servers) {
  const auto opened = [](auto side) -> Result<std::unique_ptr<sql::MovingSide>> {
    if (!side) return std::unexpected(side.error());
    return std::move(*side);
  };
  if (const auto* file = std::get_if<SqlitePlace>(&place))
    return opened(sqlite::MovingSide::source(file->file));
  return opened(postgres::MovingSide::source(std::get<PostgresPlace>(place).dsn, servers));
}

/// The stores bring their schemas up to date when they are opened.
Result<void> upgrade(const Place& place) {
  const auto outcome = [](const auto& store) -> Result<void> {
    if (!store) return std::unexpected(store.error());
    return {};
  };
  if (const auto* server = std::get_if<PostgresPlace>(&place))
    return outcome(PostgresStore::open({.dsn = server->dsn, .writer = "upgrade", .readers = 1}));
  const auto& file = std::get<SqlitePlace>(place).file;
  if (!std::filesystem::exists(file))
    return fail(ErrorCode::NotFound, "moving.no_database", "There is no database at " + file + '.');
  return outcome(SqliteStore::open({.path = file}));
}

// ── targets ─────────────────────────────────────────────────────────────────────────────────────

/// What has to hold between the copy and the commit.
using LastWord = std::function<Result<void>(sql::MovingSide&, const std::vector<sql::MovedTable>&)>;

struct Copying {
  sql::MovingSide& from;
  const OnProgress& on_progress;
  LastWord last_word;  ///< may be empty
};

Moved copy_into(sql::MovingSide& to, const Copying& copying) {
  const auto reference = sqlite::newest_catalog();
  if (!reference) return std::unexpected(reference.error());
  auto moved = sql::move_rows(*reference, copying.from, to, told_to(copying.on_progress));
  if (!moved) return moved;
  if (copying.last_word)
    if (auto done = copying.last_word(to, *moved); !done) return std::unexpected(done.error());
  if (auto done = to.commit(); !done) return std::unexpected(done.error());
  return moved;
}

Moved copy_to(const PostgresPlace& place, const Copying& copying) {
  auto to = postgres::MovingSide::target(place.dsn);
  if (!to) return std::unexpected(to.error());
  return copy_into(**to, copying);
}

Moved copy_to(const SqlitePlace& place, const Copying& copying) {
  if (!place.folder.empty())
    if (auto made = make_data_dir(place.folder); !made) return std::unexpected(made.error());
  const auto lock = lock_of(place);
  if (!lock) return std::unexpected(lock.error());
  sqlite::NewFile file(place.file);
  if (file.is_taken())
    return fail(ErrorCode::Conflict, "moving.not_empty",
                "There is a database at " + place.file + " already. Name an empty folder.");
  auto to = sqlite::MovingSide::target(file.part());
  if (!to) return std::unexpected(to.error());
  auto moved = copy_into(**to, copying);
  to->reset();
  if (!moved) return moved;
  if (auto done = file.publish(); !done) return std::unexpected(done.error());
  return moved;
}

Moved copy_to(const Place& place, const Copying& copying) {
  auto moved = std::visit([&](const auto& to) { return copy_to(to, copying); }, place);
  if (!moved)
    return std::unexpected(in_words(std::move(moved.error()), " The target is as it was."));
  return moved;
}

// ── verbs ───────────────────────────────────────────────────────────────────────────────────────

struct Ends {
  Place from, to;
};

Result<Ends> ends_of(const MoveArguments& arguments) {
  auto from = place_of(arguments.from, "--from");
  if (!from) return std::unexpected(from.error());
  auto to = place_of(arguments.to, "--to");
  if (!to) return std::unexpected(to.error());
  return Ends{std::move(*from), std::move(*to)};
}

Result<MoveReport> finished(const Ends& ends, Moved moved) {
  if (!moved) return std::unexpected(std::move(moved.error()));
  auto report = report_of(ends.from, ends.to, std::move(*moved));
  auto broken = broken_audit(ends.to);
  if (!broken) return std::unexpected(in_words(std::move(broken.error()), ""));
  report.broken_audit = std::move(*broken);
  return report;
}

Result<MoveReport> migrate(const MoveArguments& arguments, const OnProgress& on_progress) {
  const auto ends = ends_of(arguments);
  if (!ends) return std::unexpected(ends.error());
  std::optional<DataDirLock> lock;
  if (const auto* file = std::get_if<SqlitePlace>(&ends->from)) {
    auto taken = lock_of(*file);
    if (!taken) return std::unexpected(taken.error());
    if (*taken) lock.emplace(std::move(**taken));
  }
  if (arguments.upgrade)
    if (auto done = upgrade(ends->from); !done)
      return std::unexpected(in_words(std::move(done.error()), ""));
  auto from = open_source(ends->from, Servers::MustNotRun);
  if (!from) return std::unexpected(in_words(std::move(from.error()), ""));
  return finished(*ends, copy_to(ends->to, {**from, on_progress, {}}));
}

/// Counts and hashes go with the rows.
Result<void> sign(sql::MovingSide& to, const std::vector<sql::MovedTable>& tables) {
  return sql::write_manifest(static_cast<sqlite::MovingSide&>(to).session(), tables);
}

/// SQLite's own copy is faster than row by row; what it holds is read once more.
Result<MoveReport> back_up_file(const Ends& ends, const OnProgress& on_progress) {
  const auto& from = std::get<SqlitePlace>(ends.from);
  if (!std::filesystem::exists(from.file))
    return fail(ErrorCode::NotFound, "backup.no_database",
                "there is no database in " + from.folder + ": give the server's --data-dir");
  auto store = SqliteStore::open({.path = from.file});
  if (!store) return std::unexpected(store.error());
  std::vector<sql::MovedTable> tables;
  auto done = (*store)->backup(
      std::get<SqlitePlace>(ends.to).file, [&](sqlite::Session& copy) -> Result<void> {
        const auto reference = sqlite::newest_catalog();
        if (!reference) return std::unexpected(reference.error());
        sqlite::MovingSide side(copy);
        auto found = sql::digest_rows(*reference, side, told_to(on_progress));
        if (!found) return std::unexpected(found.error());
        tables = std::move(*found);
        return sql::write_manifest(copy, tables);
      });
  return finished(ends, done ? Moved(std::move(tables)) : std::unexpected(done.error()));
}

Result<MoveReport> back_up(const MoveArguments& arguments, const OnProgress& on_progress) {
  auto from = place_of(arguments.from, "--database");
  if (!from) return std::unexpected(from.error());
  const auto folder = std::filesystem::absolute(arguments.to).parent_path();
  if (!std::filesystem::is_directory(folder))
    return fail_field("backup.invalid", "--to", "folder",
                      folder.string() + " is no folder: make it first");
  const Ends ends{std::move(*from), SqlitePlace{{}, arguments.to}};
  if (std::holds_alternative<SqlitePlace>(ends.from)) return back_up_file(ends, on_progress);
  if (std::filesystem::exists(arguments.to))
    return fail(ErrorCode::Conflict, "backup.exists",
                "There is a file at " + arguments.to + " already; name a new one.");
  auto source = open_source(ends.from, Servers::MayRun);
  if (!source) return std::unexpected(in_words(std::move(source.error()), ""));
  return finished(ends, copy_to(ends.to, {**source, on_progress, sign}));
}

Result<MoveReport> restore(const MoveArguments& arguments, const OnProgress& on_progress) {
  auto to = place_of(arguments.to, "--to");
  if (!to) return std::unexpected(to.error());
  const Ends ends{SqlitePlace{{}, arguments.from}, std::move(*to)};
  auto source = sqlite::MovingSide::source(arguments.from);
  if (!source) return std::unexpected(in_words(std::move(source.error()), ""));
  const auto written = sql::read_manifest((*source)->session());
  if (!written) return std::unexpected(in_words(written.error(), ""));
  const auto compare = [&](sql::MovingSide&, const std::vector<sql::MovedTable>& found) {
    return *written ? sql::expect_as_written(**written, found) : Result<void>();
  };
  return finished(ends, copy_to(ends.to, {**source, on_progress, compare}));
}

}  // namespace

cli::MovingVerbs moving_verbs() { return {migrate, back_up, restore}; }

}  // namespace hotswap
