#pragma once
// One connection to a database that speaks SQL: the little that SQLite and PostgreSQL share. The
// repositories are written over this once; what differs stands in migrations/ and in the drivers.
//
// Placeholders are `$1`, `$2`, …, as PostgreSQL writes them and SQLite takes them.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap::sql {

/// A bound value: NULL, integer or text. Text must live until the call returns.
class Param {
 public:
  Param(std::nullopt_t) {}
  Param(std::int64_t number) : value_(number) {}
  Param(std::string_view text) : value_(text) {}
  Param(const std::string& text) : value_(std::string_view(text)) {}
  Param(const std::optional<std::string>& text) {
    if (text) value_ = std::string_view(*text);
  }
  [[nodiscard]] const auto& value() const { return value_; }

 private:
  std::variant<std::monostate, std::int64_t, std::string_view> value_;
};
using Params = std::span<const Param>;

/// The current row of a query; columns count from 0.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  /// Valid until the next row; empty if NULL.
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
};

/// A statement that adds rows. `text` has `{rows}` where their values stand, as in
/// `INSERT INTO audit (at, actor) VALUES {rows}`; `kinds` has a letter per value: `n`umber, `t`ext.
/// Both are constants.
struct Insertion {
  std::string_view text, kinds;
};
/// The statement for so many rows, e.g. `… VALUES (CAST($1 AS BIGINT), $2)`.
[[nodiscard]] std::string statement_of(const Insertion& insertion, std::size_t rows);

/// Used by one thread at a time. Statements are prepared once per connection and kept by their
/// text, so texts come from a fixed set and values are always bound.
///
/// Errors: Unavailable `store.unavailable` for whatever may pass (busy, disk full, I/O error,
/// connection lost), Internal `store.failed` for the rest; the driver's words are in `internal`.
class Session {
 public:
  using OnRow = std::function<Result<void>(const Row&)>;
  virtual ~Session() = default;

  /// Runs a statement; the number of rows that it changed.
  virtual Result<std::int64_t> execute(std::string_view text, Params params) = 0;
  /// Runs a statement whose outcome is not needed yet; only within a transaction. Drivers that
  /// cross a network send it with the next one, whose answer may then be this one's error; `on_row`
  /// is called by settle() at the latest, and must not use the session.
  virtual Result<void> defer(std::string_view text, Params params, const OnRow& on_row);
  /// Waits for the outcome of all that was deferred.
  virtual Result<void> settle() { return {}; }
  /// Begins or ends to hope: statements that should change or find a row are taken to do so, and
  /// are deferred. Whether it hopes now; drivers that have no way to go never do. At the end, rows
  /// that were not sent yet are forgotten: settle() first.
  virtual bool hope(bool /*on*/) { return false; }
  /// While hopeful, checks that only serve to say why a statement will be refused may be left out.
  [[nodiscard]] virtual bool hopeful() const { return false; }
  /// Whether the statement changes a row. While hopeful always true, and Conflict `store.hope` from
  /// a later call if it was wrong.
  virtual Result<bool> changes(std::string_view text, Params params);
  /// The same of a query that finds a row.
  virtual Result<bool> finds(std::string_view text, Params params);
  /// Adds a row, as defer() runs a statement. While hopeful, a driver may send those of many calls
  /// as one statement; rows of one insertion stay in order, and whatever else is run comes after.
  virtual Result<void> add(const Insertion& insertion, Params values, const OnRow& on_row);
  /// The same; whether the row is added, as changes() tells.
  virtual Result<bool> adds(const Insertion& insertion, Params values);
  /// Runs a statement and hands out its rows; an error of `on_row` ends it and is returned.
  virtual Result<void> query(std::string_view text, Params params, const OnRow& on_row) = 0;
  /// Several statements without parameters; for migrations.
  virtual Result<void> script(const std::string& text) = 0;
  /// Begins a transaction that will write.
  virtual Result<void> begin() = 0;
  /// The same, and runs a query as its first; drivers that cross a network need one round trip.
  virtual Result<void> begin_with(const std::string& text, const OnRow& on_row);
  /// Begins a transaction whose reads all see the same moment.
  virtual Result<void> begin_snapshot() = 0;
  /// False after the database ended the transaction by itself, as some errors make it do.
  [[nodiscard]] virtual bool in_transaction() const = 0;

  Result<std::int64_t> execute(std::string_view text, std::initializer_list<Param> params = {}) {
    return execute(text, Params(params.begin(), params.size()));
  }
  Result<void> query(std::string_view text, std::initializer_list<Param> params,
                     const OnRow& on_row) {
    return query(text, Params(params.begin(), params.size()), on_row);
  }
  Result<bool> changes(std::string_view text, std::initializer_list<Param> params) {
    return changes(text, Params(params.begin(), params.size()));
  }
  Result<bool> finds(std::string_view text, std::initializer_list<Param> params) {
    return finds(text, Params(params.begin(), params.size()));
  }
};

}  // namespace hotswap::sql
