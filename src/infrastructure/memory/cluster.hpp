#pragma once
// The changes that a cluster lives by, an entry each for apply(): takeovers, the change log, and
// assignments that are chosen within the commit.

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

void assign_first(State& state, UndoLog& log, change::PutFirstAssignments& change,
                  Committed& committed);
void assign_rest(State& state, UndoLog& log, change::AssignRest& change, Committed& committed);
[[nodiscard]] Result<void> claim(State& state, UndoLog& log, change::ClaimDeployment& change);
[[nodiscard]] Result<void> append(State& state, UndoLog& log, change::AppendChange& change);
[[nodiscard]] Result<void> prune(State& state, UndoLog& log, change::PruneChanges& change);

}  // namespace hotswap::memory
