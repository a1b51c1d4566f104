#pragma once
// The changes of registered schemas; an entry each for apply().

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

[[nodiscard]] Result<void> insert(State& state, UndoLog& log, change::InsertSchema& change);
[[nodiscard]] Result<void> update(State& state, UndoLog& log, change::UpdateSchema& change);
[[nodiscard]] Result<void> insert(State& state, UndoLog& log, change::InsertSchemaVersion& change);
[[nodiscard]] Result<void> update(State& state, UndoLog& log, change::UpdateSchemaVersion& change);

/// Numbers of a schema's versions in this state (nothing: in any), ascending.
[[nodiscard]] std::vector<SemVer> schema_numbers(const State& state, const SchemaId& id,
                                                 std::optional<SchemaState> in);

}  // namespace hotswap::memory
