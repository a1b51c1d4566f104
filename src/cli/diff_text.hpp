#pragma once
#include <string>

#include "cli/terminal.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// A structural difference (diff_json()) as coloured lines: `-` gone, `+` new, `~` changed, `>`
/// moved. Secrets show that they changed and nothing else. Each line begins with `indent`.
[[nodiscard]] std::string diff_lines(const json::Value& diff, const Terminal& terminal,
                                     const std::string& indent = {});
/// A unified diff in colours.
[[nodiscard]] std::string paint_unified(std::string_view text, const Terminal& terminal);

}  // namespace hotswap::cli
