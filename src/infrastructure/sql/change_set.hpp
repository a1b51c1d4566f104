#pragma once
#include "domain/ports/store.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/session.hpp"
#include "infrastructure/sql/write_behind.hpp"

namespace hotswap::sql {

struct Applying {
  ChainTail& tail;
  std::shared_ptr<Committed> committed;  ///< complete after session.settle()
  WriteBehind* behind = nullptr;         ///< null: all rows are written at once
};

/// Applies the changes one after the other, up to the first that fails. The caller holds the
/// transaction or savepoint and undoes it on an error.
[[nodiscard]] Result<void> apply(Session& session, const ChangeSet& changes, const Applying& into);

}  // namespace hotswap::sql
