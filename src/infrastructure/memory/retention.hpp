#pragma once
#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> archive(State& state, UndoLog& log, change::ArchiveVersions& change);
[[nodiscard]] Result<void> restore(State& state, UndoLog& log, change::RestoreVersion& change);
void put(State& state, UndoLog& log, change::PutRetentionRun& change);
/// How many went.
std::size_t prune(State& state, UndoLog& log, const change::PruneRecords& change);

}  // namespace hotswap::memory
