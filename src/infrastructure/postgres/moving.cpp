#include "infrastructure/postgres/moving.hpp"

#include <algorithm>

#include "domain/base/utf8.hpp"
#include "infrastructure/postgres/copy.hpp"
#include "infrastructure/postgres/migrations.hpp"
#include "infrastructure/postgres/refusals.hpp"
#include "infrastructure/sql/query.hpp"

namespace hotswap::postgres {
namespace {

using sql::ColumnKind;
using sql::Row;
using sql::Table;

constexpr Duration kStatement = std::chrono::hours(2);  // one reads a whole table
constexpr Duration kIdle = std::chrono::minutes(10);    // while the other side works
constexpr std::size_t kPiece = 256 << 10;               ///< sent at a time
/// Rows of one COPY: PostgreSQL remembers each of them until its end, to check its references.
constexpr std::uint64_t kRowsOfACopy = 100'000;

ConnectOptions patient(const std::string& dsn) {
  ConnectOptions options;
  options.dsn = dsn;
  options.application = "hotswap-moving";
  options.statement_timeout = kStatement;
  options.idle_in_transaction_timeout = kIdle;
  return options;
}

ColumnKind kind_of(std::string_view type) {
  if (type == "bigint" || type == "integer" || type == "smallint") return ColumnKind::Integer;
  return type == "text" ? ColumnKind::Text : ColumnKind::Other;
}

std::string ordered_rows(const Table& table) {
  std::string text = "SELECT " + sql::column_list(table) + " FROM \"" + table.name + "\"";
  for (const auto& name : table.key) {
    text.append(&name == &table.key.front() ? " ORDER BY \"" : ", \"").append(name) += '"';
    const auto column = std::ranges::find(table.columns, name, &sql::Column::name);
    // Byte by byte, as SQLite does.
    if (column != table.columns.end() && column->kind == ColumnKind::Text) text += " COLLATE \"C\"";
  }
  return text;
}

/// What PostgreSQL would refuse without telling which row.
Result<void> check_texts(const Table& table, sql::Params row) {
  for (const auto& value : row) {
    const auto* text = std::get_if<std::string_view>(&value.value());
    if (text == nullptr || (!text->contains('\0') && is_utf8(*text))) continue;
    return fail(ErrorCode::Invalid, "moving.value",
                "The row " + sql::name_of_row(table, row) +
                    " holds text that PostgreSQL cannot store: it has a zero byte or is no UTF-8. "
                    "Correct or delete the row.");
  }
  return {};
}

class Copies : public sql::RowSink {
 public:
  Copies(Connection& connection, const Table& table)
      : connection_(connection),
        table_(table),
        text_("COPY \"" + table.name + "\" (" + sql::column_list(table) + ") FROM STDIN") {}

  Result<void> put(sql::Params row) override {
    if (auto fit = check_texts(table_, row); !fit) return fit;
    if (rows_ == 0)
      if (auto begun = connection_.copy_in(text_); !begun) return begun;
    append_copy_row(waiting_, row);
    ++rows_;
    if (rows_ == kRowsOfACopy) return finish();
    return waiting_.size() < kPiece ? Result<void>() : send();
  }

  Result<void> finish() override {
    if (rows_ == 0) return {};
    rows_ = 0;
    if (auto sent = send(); !sent) return sent;
    return connection_.copy_end();
  }

 private:
  Result<void> send() {
    auto sent = connection_.copy_put(waiting_);
    waiting_.clear();
    return sent;
  }

  Connection& connection_;
  const Table& table_;
  const std::string text_;
  std::string waiting_;
  std::uint64_t rows_ = 0;  ///< of the COPY under way
};

Result<void> check_server(Session& session) {
  if (auto open = session.connection().connect(); !open) return open;
  return check_version(session.connection().server_version());
}

}  // namespace

MovingSide::MovingSide(const std::string& dsn) : session_(patient(dsn)) {}

Result<std::unique_ptr<MovingSide>> MovingSide::source(const std::string& dsn, Servers servers) {
  auto side = std::unique_ptr<MovingSide>(new MovingSide(dsn));
  auto done = check_server(side->session_);
  if (done) done = side->session_.begin_snapshot();
  if (done) {
    const auto ours = sql::exists(side->session_,
                                  "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND "
                                  "tablename = 'schema_version'",
                                  {});
    if (!ours) return std::unexpected(explained(ours.error()));
    if (!*ours)
      return fail(ErrorCode::Conflict, "store.foreign_database",
                  "The PostgreSQL database holds no HotSwap tables: name another one.");
    done = sql::expect_current(side->session_, migrations());
  }
  if (done && servers == Servers::MustNotRun) done = side->expect_no_servers();
  if (!done) return std::unexpected(explained(done.error()));
  return side;
}

Result<std::unique_ptr<MovingSide>> MovingSide::target(const std::string& dsn) {
  auto side = std::unique_ptr<MovingSide>(new MovingSide(dsn));
  auto done = check_server(side->session_);
  if (done) done = side->expect_no_servers();
  // Held until the connection ends: a server that starts waits for it before it looks at anything.
  if (done) done = sql::run(side->session_, "SELECT pg_advisory_lock(7463, 2)");
  if (done) done = sql::migrate(side->session_, migrations());
  if (done) done = sql::expect_current(side->session_, migrations());
  if (done) done = side->session_.begin();
  if (!done) return std::unexpected(explained(done.error()));
  return side;
}

Result<void> MovingSide::expect_no_servers() {
  const auto running = sql::exists(session_,
                                   "SELECT 1 FROM pg_stat_activity WHERE application_name = "
                                   "'hotswap' AND datname = current_database()",
                                   {});
  if (!running) return std::unexpected(running.error());
  if (!*running) return {};
  return fail(ErrorCode::Conflict, "moving.in_use",
              "HotSwap servers are connected to the PostgreSQL database: stop them first.");
}

Result<sql::Catalog> MovingSide::catalog() {
  sql::Catalog catalog;
  auto done = session_.query(
      "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c "
      "JOIN pg_attribute a ON a.attrelid = c.oid "
      "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') "
      "AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped "
      "ORDER BY c.relname, a.attnum",
      {}, [&](const Row& row) -> Result<void> {
        if (catalog.empty() || catalog.back().name != row.text(0))
          catalog.push_back({std::string(row.text(0)), {}});
        catalog.back().columns.push_back(
            {std::string(row.text(1)), kind_of(row.text(2)), std::string(row.text(2))});
        return {};
      });
  if (!done) return std::unexpected(done.error());
  return catalog;
}

Result<std::uint64_t> MovingSide::count(const Table& table) {
  auto rows = sql::maybe<std::uint64_t>(session_, "SELECT count(*) FROM \"" + table.name + "\"", {},
                                        [](const Row& row) -> Result<std::uint64_t> {
                                          return static_cast<std::uint64_t>(row.integer(0));
                                        });
  return sql::mapped(std::move(rows), [](auto found) { return found.value_or(0); });
}

Result<void> MovingSide::read(const Table& table, const OnValues& on_row) {
  CopyRow row(table);
  return session_.connection().copy_out("COPY (" + ordered_rows(table) + ") TO STDOUT",
                                        [&](std::string_view line) -> Result<void> {
                                          const auto values = row.read(line);
                                          if (!values) return std::unexpected(values.error());
                                          return on_row(*values);
                                        });
}

Result<std::unique_ptr<sql::RowSink>> MovingSide::writer(const Table& table) {
  return std::make_unique<Copies>(session_.connection(), table);
}

Result<std::vector<MovingSide::Sequence>> MovingSide::sequences() {
  // Those of identity columns belong to their column, those of a DEFAULT are what it depends on.
  return sql::all<Sequence>(
      session_,
      "SELECT t.relname, s.oid::regclass::text FROM pg_class s "
      "JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid "
      "AND d.deptype = 'i' JOIN pg_class t ON t.oid = d.refobjid "
      "WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace "
      "UNION SELECT t.relname, s.oid::regclass::text FROM pg_class s "
      "JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid "
      "AND d.classid = 'pg_attrdef'::regclass JOIN pg_attrdef a ON a.oid = d.objid "
      "JOIN pg_class t ON t.oid = a.adrelid AND NOT t.relispartition "
      "WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace",
      {}, [](const Row& row) -> Result<Sequence> {
        return Sequence{std::string(row.text(0)), std::string(row.text(1))};
      });
}

Result<sql::Counters> MovingSide::counters() {
  const auto all = sequences();
  if (!all) return std::unexpected(all.error());
  sql::Counters counters;
  for (const auto& [table, name] : *all) {
    if (!sql::is_moved(table)) continue;
    auto done = session_.query(
        "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM " + name, {},
        [&](const Row& row) -> Result<void> {
          counters.emplace(table, row.integer(0));
          return {};
        });
    if (!done) return std::unexpected(done.error());
  }
  return counters;
}

Result<void> MovingSide::set_counters(const sql::Counters& counters) {
  const auto all = sequences();
  if (!all) return std::unexpected(all.error());
  for (const auto& [table, last] : counters) {
    if (last < 1) continue;
    const auto found = std::ranges::find(*all, table, &Sequence::table);
    if (found == all->end())
      return fail(ErrorCode::Conflict, "moving.shape",
                  "Table " + table + " of the target does not count its rows.");
    auto set = session_.query("SELECT setval($1::regclass, $2)", {found->name, last},
                              [](const Row&) -> Result<void> { return {}; });
    if (!set) return set;
  }
  return {};
}

// References were checked by each COPY. Without statistics the first plans would be bad ones.
Result<void> MovingSide::settle(const sql::Catalog& tables) {
  for (const auto& table : tables)
    if (auto done = session_.script("ANALYZE \"" + table.name + "\""); !done) return done;
  return {};
}

Result<void> MovingSide::commit() { return sql::run(session_, "COMMIT"); }

}  // namespace hotswap::postgres
