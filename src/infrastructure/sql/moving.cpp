#include "infrastructure/sql/moving.hpp"

#include "infrastructure/sql/row_digest.hpp"

namespace hotswap::sql {
namespace {

constexpr std::uint64_t kRowsPerReport = 1000;

/// Counts rows of all tables of one phase.
class Report {
 public:
  Report(const OnMoveProgress& on_progress, MovePhase phase, std::uint64_t of)
      : on_progress_(on_progress), progress_{phase, {}, 0, of} {}
  void table(const Table& table) {
    progress_.table = table.name;
    if (on_progress_) on_progress_(progress_);
  }
  void row() {
    if (++progress_.done % kRowsPerReport == 0 && on_progress_) on_progress_(progress_);
  }

 private:
  const OnMoveProgress& on_progress_;
  MoveProgress progress_;
};

Result<void> expect_empty(MovingSide& to, const Catalog& tables) {
  for (const auto& table : tables) {
    const auto rows = to.count(table);
    if (!rows) return std::unexpected(rows.error());
    if (*rows > 0)
      return fail(ErrorCode::Conflict, "moving.not_empty",
                  "The target holds data already: table " + table.name + " has " +
                      std::to_string(*rows) + " rows. Name an empty database.");
  }
  return {};
}

/// Rows of all tables, whose values are as their types say.
Result<std::uint64_t> check_source(MovingSide& from, const Catalog& tables, Report report) {
  std::uint64_t all = 0;
  for (const auto& table : tables) {
    report.table(table);
    if (auto fit = from.check_values(table); !fit) return std::unexpected(fit.error());
    const auto rows = from.count(table);
    if (!rows) return std::unexpected(rows.error());
    all += *rows;
  }
  return all;
}

Result<MovedTable> digest(MovingSide& side, const Table& table, Report& report) {
  report.table(table);
  RowDigest digest;
  auto done = side.read(table, [&](Params row) -> Result<void> {
    digest.add(row);
    report.row();
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return MovedTable{table.name, digest.rows(), digest.hex()};
}

Result<MovedTable> copy(MovingSide& from, MovingSide& to, const Table& table, Report& report) {
  report.table(table);
  auto sink = to.writer(table);
  if (!sink) return std::unexpected(sink.error());
  RowDigest digest;
  auto done = from.read(table, [&](Params row) -> Result<void> {
    digest.add(row);
    report.row();
    return (*sink)->put(row);
  });
  if (done) done = (*sink)->finish();
  if (!done) return std::unexpected(done.error());
  return MovedTable{table.name, digest.rows(), digest.hex()};
}

Result<void> expect_same(const MovedTable& sent, const MovedTable& found) {
  if (sent.rows == found.rows && sent.hash == found.hash) return {};
  return fail(ErrorCode::Internal, "moving.unequal",
              "Table " + sent.name +
                  " did not arrive as it was sent: " + std::to_string(sent.rows) +
                  " rows with hash " + sent.hash + " became " + std::to_string(found.rows) +
                  " rows with hash " + found.hash + ". Nothing was kept; please report this.");
}

Result<void> move_counters(MovingSide& from, MovingSide& to) {
  const auto counters = from.counters();
  if (!counters) return std::unexpected(counters.error());
  return to.set_counters(*counters);
}

Result<Catalog> plan(const Catalog& reference, MovingSide& from, MovingSide& to) {
  const auto source = from.catalog();
  if (!source) return std::unexpected(source.error());
  const auto target = to.catalog();
  if (!target) return std::unexpected(target.error());
  return tables_to_move(reference, *source, *target);
}

Result<void> verify(MovingSide& to, const Catalog& tables, const std::vector<MovedTable>& sent,
                    Report report) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto found = digest(to, tables[i], report);
    if (!found) return std::unexpected(found.error());
    if (auto same = expect_same(sent[i], *found); !same) return same;
  }
  return {};
}

}  // namespace

std::string_view to_string(MovePhase phase) {
  switch (phase) {
    case MovePhase::Checking:
      return "checking";
    case MovePhase::Copying:
      return "copying";
    case MovePhase::Verifying:
      return "verifying";
  }
  return {};
}

Result<std::vector<MovedTable>> move_rows(const Catalog& reference, MovingSide& from,
                                          MovingSide& to, const OnMoveProgress& on_progress) {
  const auto tables = plan(reference, from, to);
  if (!tables) return std::unexpected(tables.error());
  if (auto empty = expect_empty(to, *tables); !empty) return std::unexpected(empty.error());
  const auto all = check_source(from, *tables, {on_progress, MovePhase::Checking, 0});
  if (!all) return std::unexpected(all.error());
  Report copying(on_progress, MovePhase::Copying, *all);
  std::vector<MovedTable> sent;
  for (const auto& table : *tables) {
    auto moved = copy(from, to, table, copying);
    if (!moved) return std::unexpected(moved.error());
    sent.push_back(std::move(*moved));
  }
  auto done = move_counters(from, to);
  if (done) done = to.settle(*tables);
  if (done) done = verify(to, *tables, sent, {on_progress, MovePhase::Verifying, *all});
  if (!done) return std::unexpected(done.error());
  return sent;
}

Result<std::vector<MovedTable>> digest_rows(const Catalog& reference, MovingSide& side,
                                            const OnMoveProgress& on_progress) {
  const auto tables = plan(reference, side, side);
  if (!tables) return std::unexpected(tables.error());
  const auto all = check_source(side, *tables, {on_progress, MovePhase::Checking, 0});
  if (!all) return std::unexpected(all.error());
  Report report(on_progress, MovePhase::Verifying, *all);
  std::vector<MovedTable> found;
  for (const auto& table : *tables) {
    auto digested = digest(side, table, report);
    if (!digested) return std::unexpected(digested.error());
    found.push_back(std::move(*digested));
  }
  return found;
}

}  // namespace hotswap::sql
