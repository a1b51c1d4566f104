#pragma once
// The changes of the outbox and its dead letters; an entry each for apply().

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> enqueue(State& state, UndoLog& log, change::EnqueueOutbox& change);
/// Takes dead letters away, too.
[[nodiscard]] Result<void> finish(State& state, UndoLog& log, change::FinishOutbox& change);
[[nodiscard]] Result<void> defer(State& state, UndoLog& log, change::DeferOutbox& change);
[[nodiscard]] Result<void> bury(State& state, UndoLog& log, change::BuryOutbox& change);
[[nodiscard]] Result<void> revive(State& state, UndoLog& log, change::ReviveOutbox& change);

}  // namespace hotswap::memory
