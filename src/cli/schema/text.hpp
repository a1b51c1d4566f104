#pragma once
// What the server, or the engine at hand, says about schemas, as text. All of it is read from the
// JSON of the HTTP contract, so that both look the same.

#include <string>

#include "cli/terminal.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// `✓ breaks nothing`, `✗ breaks`, `? cannot be told` in colour.
[[nodiscard]] std::string effect_text(const std::string& effect, const Terminal& terminal);
[[nodiscard]] std::string schema_state_text(const std::string& state, const Terminal& terminal);

/// Both verdicts, then every change with its reason and the document that proves it.
[[nodiscard]] std::string comparison_text(const json::Value& comparison, const Terminal& terminal);

/// Failures of a validation, one line each, the closest branch of a choice below it.
[[nodiscard]] std::string failures_text(const json::Array& failures, const Terminal& terminal);

/// `✓ FILE` or `✗ FILE  2 problems` with the failures.
[[nodiscard]] std::string validation_text(const std::string& name, const json::Value& validation,
                                          const Terminal& terminal);

/// What a schema version would do to the stored versions; empty when there are none.
[[nodiscard]] std::string impact_text(const json::Value& impact, const Terminal& terminal);

/// What the instances' own schemas say of a version that is to be deployed, and whether the way
/// back is open, if there is one: `before`, something ran before.
[[nodiscard]] std::string fit_text(const json::Value& fit, bool before, const Terminal& terminal);

/// A version with whatever it was compared with.
[[nodiscard]] std::string schema_version_text(const json::Value& version, const Terminal& terminal);

/// Whether a change in one of the directions that `compatibility` guards breaks.
[[nodiscard]] bool breaks(const json::Value& comparison, const std::string& compatibility);

}  // namespace hotswap::cli
