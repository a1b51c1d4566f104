#pragma once
#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutCheckpoint& change);
[[nodiscard]] Result<void> remove(State& state, UndoLog& log, const change::RemoveAudit& change);
[[nodiscard]] Result<void> put(State& state, UndoLog& log, const change::PutAuditCursor& change);

}  // namespace hotswap::memory
