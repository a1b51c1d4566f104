#include "infrastructure/sqlite/moving.hpp"

#include <algorithm>
#include <filesystem>

#include "infrastructure/sql/query.hpp"
#include "infrastructure/sql/write_behind.hpp"
#include "infrastructure/sqlite/migrations.hpp"

namespace hotswap::sqlite {
namespace {

using sql::Column;
using sql::ColumnKind;
using sql::Param;
using sql::Row;
using sql::Table;

constexpr Duration kBusy = std::chrono::seconds(5);

ColumnKind kind_of(std::string_view type) {
  if (type == "INTEGER") return ColumnKind::Integer;
  return type == "TEXT" ? ColumnKind::Text : ColumnKind::Other;
}

Result<std::string> read_text(const Row& row) { return std::string(row.text(0)); }

Result<std::vector<std::string>> texts(Session& session, std::string_view query, Param param) {
  return sql::all<std::string>(session, query, {param}, read_text);
}

Result<std::vector<Column>> columns_of(Session& session, const std::string& table) {
  return sql::all<Column>(session, "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
                          {table}, [](const Row& row) -> Result<Column> {
                            return Column{std::string(row.text(0)), kind_of(row.text(1)),
                                          std::string(row.text(1))};
                          });
}

/// The unique constraint of names if there is one, since PostgreSQL has it as well; else the
/// primary key.
Result<std::vector<std::string>> key_of(Session& session, const std::string& table) {
  auto named = texts(session,
                     "SELECT i.name FROM pragma_index_info((SELECT name FROM pragma_index_list($1) "
                     "WHERE origin = 'u' ORDER BY seq DESC LIMIT 1)) AS i ORDER BY i.seqno",
                     table);
  if (!named || !named->empty()) return named;
  return texts(session, "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk", table);
}

Result<Table> table_of(Session& session, const std::string& name) {
  Table table{name, {}};
  auto columns = columns_of(session, name);
  if (!columns) return std::unexpected(columns.error());
  table.columns = std::move(*columns);
  auto key = key_of(session, name);
  if (!key) return std::unexpected(key.error());
  table.key = std::move(*key);
  auto parents = texts(session, "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)", name);
  if (!parents) return std::unexpected(parents.error());
  table.parents = std::move(*parents);
  return table;
}

Result<sql::Catalog> catalog_of(Session& session) {
  const auto names = sql::all<std::string>(
      session, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", {}, read_text);
  if (!names) return std::unexpected(names.error());
  sql::Catalog catalog;
  for (const auto& name : *names) {
    if (name.starts_with("sqlite_")) continue;
    auto table = table_of(session, name);
    if (!table) return std::unexpected(table.error());
    catalog.push_back(std::move(*table));
  }
  return catalog;
}

std::string ordered_rows(const Table& table) {
  std::string text = "SELECT " + sql::column_list(table) + " FROM \"" + table.name + "\"";
  for (const auto& column : table.key)
    text.append(&column == &table.key.front() ? " ORDER BY \"" : ", \"").append(column) += '"';
  return text;
}

std::string insert_into(const Table& table) {
  std::string text =
      "INSERT INTO \"" + table.name + "\" (" + sql::column_list(table) + ") VALUES (";
  for (std::size_t i = 1; i <= table.columns.size(); ++i)
    text.append(i == 1 ? "$" : ", $") += std::to_string(i);
  return text + ")";
}

/// Reads a row's columns by their kinds.
class RowValues {
 public:
  explicit RowValues(const Table& table) : table_(table) {}
  sql::Params of(const Row& row) {
    values_.clear();
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const auto at = static_cast<int>(i);
      if (row.is_null(at)) {
        values_.emplace_back(std::nullopt);
      } else if (table_.columns[i].kind == ColumnKind::Integer) {
        values_.emplace_back(row.integer(at));
      } else {
        values_.emplace_back(row.text(at));
      }
    }
    return values_;
  }

 private:
  const Table& table_;
  std::vector<Param> values_;
};

class Inserts : public sql::RowSink {
 public:
  Inserts(Session& session, const Table& table) : session_(session), text_(insert_into(table)) {}
  Result<void> put(sql::Params row) override {
    auto done = session_.execute(text_, row);
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
  }
  Result<void> finish() override { return {}; }

 private:
  Session& session_;
  const std::string text_;
};

std::unexpected<Error> foreign(const std::string& path) {
  return fail(ErrorCode::Conflict, "store.foreign_database",
              path + " is not a HotSwap database; name another file.");
}

}  // namespace

Result<std::unique_ptr<MovingSide>> MovingSide::source(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return fail(ErrorCode::NotFound, "moving.no_database", "There is no database at " + path + '.');
  auto session = Session::open(path, Session::Mode::ReadOnly, kBusy);
  if (!session) return std::unexpected(session.error());
  if (auto begun = (*session)->begin_snapshot(); !begun) return std::unexpected(begun.error());
  const auto ours =
      sql::exists(**session, "SELECT 1 FROM sqlite_master WHERE name = 'schema_version'", {});
  if (!ours && ours.error().code == ErrorCode::Internal) return foreign(path);
  if (!ours) return std::unexpected(ours.error());
  if (!*ours) return foreign(path);
  if (auto fit = sql::expect_current(**session, migrations()); !fit)
    return std::unexpected(fit.error());
  const auto unsettled = sql::is_unsettled(**session);
  if (!unsettled) return std::unexpected(unsettled.error());
  if (*unsettled)
    return fail(ErrorCode::Conflict, "moving.unsettled",
                "The server of " + path +
                    " died before all rows had reached their tables: start and stop it once, or "
                    "repeat with --upgrade.");
  return std::unique_ptr<MovingSide>(new MovingSide(std::move(*session)));
}

// A crash leaves a file that nobody takes for a database yet: no journal is needed. References are
// checked once, at the end.
Result<std::unique_ptr<MovingSide>> MovingSide::target(const std::string& path) {
  auto session = Session::open(path, Session::Mode::ReadWrite, kBusy);
  if (!session) return std::unexpected(session.error());
  auto done = sql::migrate(**session, migrations());
  if (done)
    done = (*session)->script(
        "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -131072");
  if (done) done = (*session)->begin();
  if (!done) return std::unexpected(done.error());
  return std::unique_ptr<MovingSide>(new MovingSide(std::move(*session)));
}

Result<sql::Catalog> MovingSide::catalog() { return catalog_of(session_); }

Result<std::uint64_t> MovingSide::count(const Table& table) {
  auto rows = sql::maybe<std::uint64_t>(session_, "SELECT count(*) FROM \"" + table.name + "\"", {},
                                        [](const Row& row) -> Result<std::uint64_t> {
                                          return static_cast<std::uint64_t>(row.integer(0));
                                        });
  return sql::mapped(std::move(rows), [](auto found) { return found.value_or(0); });
}

// SQLite keeps what it is given, whatever the column's type says.
Result<void> MovingSide::check_values(const Table& table) {
  std::string text = "SELECT " + sql::column_list(table) + " FROM \"" + table.name + "\" WHERE ";
  for (const auto& column : table.columns) {
    if (&column != &table.columns.front()) text += " OR ";
    text.append("typeof(\"").append(column.name).append("\") NOT IN ('null', '");
    text.append(column.kind == ColumnKind::Integer ? "integer" : "text").append("')");
  }
  RowValues values(table);
  return session_.query(text + " LIMIT 1", {}, [&](const Row& row) -> Result<void> {
    return fail(ErrorCode::Invalid, "moving.value",
                "The row " + sql::name_of_row(table, values.of(row)) +
                    " holds a value of a type that its column does not have: somebody edited the "
                    "database. Correct or delete the row.");
  });
}

Result<void> MovingSide::read(const Table& table, const OnValues& on_row) {
  RowValues values(table);
  return session_.query(ordered_rows(table), {},
                        [&](const Row& row) { return on_row(values.of(row)); });
}

Result<std::unique_ptr<sql::RowSink>> MovingSide::writer(const Table& table) {
  return std::make_unique<Inserts>(session_, table);
}

Result<sql::Counters> MovingSide::counters() {
  sql::Counters counters;
  auto done = session_.query("SELECT name, seq FROM sqlite_sequence", {},
                             [&](const Row& row) -> Result<void> {
                               if (sql::is_moved(row.text(0)))
                                 counters.emplace(row.text(0), row.integer(1));
                               return {};
                             });
  if (!done) return std::unexpected(done.error());
  return counters;
}

Result<void> MovingSide::set_counters(const sql::Counters& counters) {
  for (const auto& [table, last] : counters) {
    const auto known =
        session_.execute("UPDATE sqlite_sequence SET seq = $1 WHERE name = $2", {last, table});
    if (!known) return std::unexpected(known.error());
    if (*known > 0) continue;
    auto added = sql::run(session_, "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                          {table, last});
    if (!added) return added;
  }
  return {};
}

Result<void> MovingSide::settle(const sql::Catalog&) {
  return session_.query("PRAGMA foreign_key_check", {}, [](const Row& row) -> Result<void> {
    return fail(ErrorCode::Conflict, "moving.reference",
                "A row of table " + std::string(row.text(0)) + " refers to a row of table " +
                    std::string(row.text(2)) + " that is not there: the source is damaged.");
  });
}

Result<void> MovingSide::commit() { return sql::run(session_, "COMMIT"); }

Result<sql::Catalog> newest_catalog() {
  // An empty name: a database that is gone with its connection.
  auto session = Session::open("", Session::Mode::ReadWrite, kBusy);
  if (!session) return std::unexpected(session.error());
  if (auto made = sql::migrate(**session, migrations()); !made)
    return std::unexpected(made.error());
  return catalog_of(**session);
}

}  // namespace hotswap::sqlite
