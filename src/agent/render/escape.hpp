#pragma once
#include <string>
#include <string_view>

namespace hotswap::agent {

/// A JSON string literal that YAML and TOML read as the same text: what they may not hold raw
/// (DEL, C1 controls, line and paragraph separators, byte order marks) is \u-escaped as well.
[[nodiscard]] std::string escaped_literal(std::string_view text);

/// The next character of well-formed UTF-8, taken off the text.
[[nodiscard]] char32_t take_character(std::string_view& text);

}  // namespace hotswap::agent
