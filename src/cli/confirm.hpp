#pragma once
#include <optional>
#include <string_view>

namespace hotswap::cli {

/// Asks a yes-or-no question on the terminal; anything but y or yes is no. Nothing where nobody can
/// answer: standard input or output is no terminal.
[[nodiscard]] std::optional<bool> confirm(std::string_view question);

/// The same for what cannot be undone: only the very name, typed, is yes.
[[nodiscard]] std::optional<bool> confirm_by_name(std::string_view question, std::string_view name);

}  // namespace hotswap::cli
