#pragma once
#include <CLI/CLI.hpp>

#include "cli/definitions/command_spec.hpp"

namespace hotswap::cli {

/// The definitions of a whole program, with hidden verbs marked.
[[nodiscard]] CommandSpec spec_of(const CLI::App& app);

}  // namespace hotswap::cli
