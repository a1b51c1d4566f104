#pragma once
// The texts of the state as the places of domain/erasure/place.hpp list them: what a database has
// as columns, this has as values, which are written as columns would be and read back.

#include "infrastructure/memory/state.hpp"

namespace hotswap::memory {

/// By key; parts of keys that are numbers have leading zeros, so that they sort as numbers do.
using Texts = std::map<std::vector<std::string>, std::vector<std::optional<std::string>>>;

/// All rows of a place.
[[nodiscard]] Texts texts_of(const State& state, erasure::Place place);
/// Those of one row, in the order of the place's columns; those that are only counted are ignored.
/// Conflict `erasure.overtaken` if there is no such row.
[[nodiscard]] Result<void> put_texts(State& state, UndoLog& log, erasure::Place place,
                                     const erasure::TextRow& row);
void remove_row(State& state, UndoLog& log, erasure::Place place,
                const std::vector<std::string>& key);

}  // namespace hotswap::memory
