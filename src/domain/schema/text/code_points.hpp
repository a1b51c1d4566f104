#pragma once
// UTF-8 to characters and back.

#include <optional>
#include <string>
#include <string_view>

namespace hotswap::schema {

/// The first character, which is taken off `text`; nothing if `text` is empty or starts with no
/// well-formed sequence (then it stays as it is).
[[nodiscard]] std::optional<char32_t> take_char(std::string_view& text);
/// All characters; nothing if `text` is ill-formed anywhere.
[[nodiscard]] std::optional<std::u32string> characters_of(std::string_view text);
/// `c` is a Unicode scalar value.
void append_utf8(std::string& out, char32_t c);

[[nodiscard]] constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }
inline constexpr char32_t kLastChar = 0x10FFFF;

}  // namespace hotswap::schema
