#pragma once
// The changes of what operations live by: channels, calendar, traffic and health records; an entry
// each for apply().

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutChannel& change);
[[nodiscard]] Result<void> erase(State& state, UndoLog& log, change::DeleteChannel& change);
[[nodiscard]] Result<void> append(State& state, UndoLog& log, change::AppendHealthRecord& change);
[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutCalendarEntry& change);
[[nodiscard]] Result<void> erase(State& state, UndoLog& log, change::DeleteCalendarEntry& change);
[[nodiscard]] Result<void> put(State& state, UndoLog& log, change::PutTraffic& change);

}  // namespace hotswap::memory
