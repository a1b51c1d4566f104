#pragma once
// The changes of secrets; an entry each for apply().

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutSecretKey& change);
void rewrap(State& state, UndoLog& log, change::RewrapVersions& change);
[[nodiscard]] Result<void> seal(State& state, UndoLog& log, change::SealVersion& change);
[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutSecretReference& change);

}  // namespace hotswap::memory
