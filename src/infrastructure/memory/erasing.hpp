#pragma once
// The changes of erasures; an entry each for apply(). Where texts stand: texts.hpp.

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutErasure& change);
[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutTexts& change);
[[nodiscard]] Result<void> remove(State& state, UndoLog& log, change::RemoveRows& change);
[[nodiscard]] Result<void> replace(State& state, UndoLog& log, change::ReplaceAudit& change);
[[nodiscard]] Result<void> erase(State& state, UndoLog& log, change::DeleteSchema& change);
[[nodiscard]] Result<void> erase(State& state, UndoLog& log, change::EraseVersions& change,
                                 Committed& committed);
[[nodiscard]] Result<void> erase(State& state, UndoLog& log, change::EraseHistory& change,
                                 Committed& committed);

}  // namespace hotswap::memory
