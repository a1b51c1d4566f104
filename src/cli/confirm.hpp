#pragma once
#include <optional>
#include <string_view>

namespace hotswap::cli {

/// Asks a yes-or-no question on the terminal; anything but y or yes is no. Nothing where nobody can
/// answer: standard input or output is no terminal.
[[nodiscard]] std::optional<bool> confirm(std::string_view question);

}  // namespace hotswap::cli
