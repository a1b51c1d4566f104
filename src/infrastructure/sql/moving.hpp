#pragma once
// All rows of one database into another, empty one, and the proof that they arrived: whatever the
// two databases are. Memory stays the same however many rows there are.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "infrastructure/sql/tables.hpp"

namespace hotswap::sql {

/// Takes the rows of one table, columns in the table's order.
class RowSink {
 public:
  virtual ~RowSink() = default;
  [[nodiscard]] virtual Result<void> put(Params row) = 0;
  /// After the last row.
  [[nodiscard]] virtual Result<void> finish() = 0;
};

/// The last number that each table has given to a row, by the table's name: it does not give it
/// again, even if the row is gone.
using Counters = std::map<std::string, std::int64_t>;

/// A database to move rows from or to, within one transaction, by one thread.
class MovingSide {
 public:
  using OnValues = std::function<Result<void>(Params)>;
  virtual ~MovingSide() = default;

  [[nodiscard]] virtual Result<Catalog> catalog() = 0;
  [[nodiscard]] virtual Result<std::uint64_t> count(const Table& table) = 0;
  /// Invalid `moving.value` naming a row that holds what its columns' types do not.
  [[nodiscard]] virtual Result<void> check_values(const Table& table) = 0;
  /// Hands out the rows in the order of the key; texts are valid during the call.
  [[nodiscard]] virtual Result<void> read(const Table& table, const OnValues& on_row) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<RowSink>> writer(const Table& table) = 0;
  [[nodiscard]] virtual Result<Counters> counters() = 0;
  [[nodiscard]] virtual Result<void> set_counters(const Counters& counters) = 0;
  /// After the last row: rows refer only to rows that exist, and the database knows how much it
  /// has.
  [[nodiscard]] virtual Result<void> settle(const Catalog& tables) = 0;
  [[nodiscard]] virtual Result<void> commit() = 0;
};

struct MovedTable {
  std::string name;
  std::uint64_t rows = 0;
  std::string hash;  ///< RowDigest in the order of the key
};

enum class MovePhase { Checking, Copying, Verifying };
[[nodiscard]] std::string_view to_string(MovePhase phase);

struct MoveProgress {
  MovePhase phase = MovePhase::Checking;
  std::string_view table;
  std::uint64_t done = 0;  ///< rows of all tables in this phase
  std::uint64_t of = 0;
};
using OnMoveProgress = std::function<void(const MoveProgress&)>;

/// Copies everything and reads it back from the target; the target's commit is the caller's, so
/// that without one nothing was done. Conflict `moving.not_empty` if the target has rows, Internal
/// `moving.unequal` if what came back differs, and the databases' own errors.
[[nodiscard]] Result<std::vector<MovedTable>> move_rows(const Catalog& reference, MovingSide& from,
                                                        MovingSide& to,
                                                        const OnMoveProgress& on_progress);

/// Counts and hashes of what a database holds now.
[[nodiscard]] Result<std::vector<MovedTable>> digest_rows(const Catalog& reference,
                                                          MovingSide& side,
                                                          const OnMoveProgress& on_progress);

}  // namespace hotswap::sql
