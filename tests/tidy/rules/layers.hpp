#pragma once
// Who may include whom: the picture of docs/architecture.md as a table.

#include "tidy/rules/source.hpp"

namespace hotswap::tidy {

/// Includes that no row of the table allows.
[[nodiscard]] Findings check_layers(const std::vector<Source>& sources);

/// Folders of src/ that include each other in a circle, e.g. domain/json → domain/semver →
/// domain/json.
[[nodiscard]] Findings check_cycles(const std::vector<Source>& sources);

}  // namespace hotswap::tidy
