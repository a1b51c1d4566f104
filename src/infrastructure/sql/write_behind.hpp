#pragma once
// Rows of large fleets follow their commit. What a deployment says of ten thousand instances goes
// into the table `write_behind` as one row, which is as durable; the tables themselves are brought
// up to date when the disk is idle, when a change needs them, or when somebody looks. For databases
// of one process, which need not ask each time whether something is owed.

#include <atomic>
#include <chrono>

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

class WriteBehind {
 public:
  /// Whether these changes read or replace rows that may be owed.
  [[nodiscard]] static bool needs_rows(const ChangeSet& changes);

  /// Whether so many rows shall follow later: many, or any while others are owed, which come first.
  [[nodiscard]] bool takes(std::size_t rows) const;
  /// Within a transaction.
  [[nodiscard]] Result<void> owe(Session& session, const change::PutTargets& change);
  [[nodiscard]] Result<void> owe(Session& session, const change::PutAssignments& change);
  /// Writes all that is owed into its tables, within a transaction.
  [[nodiscard]] Result<void> pay(Session& session);

  void begun() { leaves_ = owes_; }
  void ended(bool committed);

  /// Thread-safe. True from before the commit that owes until after the one that pays.
  [[nodiscard]] bool owes() const { return owes_; }
  /// It has been owed for so long that it is written although there is other work.
  [[nodiscard]] bool is_overdue() const;

 private:
  Result<void> owe(Session& session, std::string_view kind, const std::string& body);

  std::atomic<bool> owes_ = true;  ///< until a look says otherwise: a process may have died
  bool leaves_ = true;             ///< what the open transaction leaves
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

/// Pays what a process that died has left, in a transaction of its own.
[[nodiscard]] Result<void> settle(Session& session);
/// Whether one has left something.
[[nodiscard]] Result<bool> is_unsettled(Session& session);

}  // namespace hotswap::sql
