#pragma once
// Characters as the RFCs' grammars see them: ASCII only, no locale. For bytes (char) and for
// characters (char32_t); a byte of a longer UTF-8 sequence is none of these.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hotswap::schema {

template <class Char>
[[nodiscard]] constexpr bool is_digit(Char c) {
  return c >= '0' && c <= '9';
}
template <class Char>
[[nodiscard]] constexpr bool is_alpha(Char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
template <class Char>
[[nodiscard]] constexpr bool is_alnum(Char c) {
  return is_alpha(c) || is_digit(c);
}
template <class Char>
[[nodiscard]] constexpr bool is_hex(Char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
/// Of a hexadecimal digit.
template <class Char>
[[nodiscard]] constexpr unsigned hex_value(Char c) {
  return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}
template <class Char>
[[nodiscard]] constexpr bool is_one_of(Char c, std::string_view set) {
  return std::ranges::any_of(set, [c](char one) { return c == static_cast<Char>(one); });
}
[[nodiscard]] constexpr bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
/// Whether `text` starts with `%` and two hexadecimal digits.
[[nodiscard]] constexpr bool is_percent_escape(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && is_hex(text[1]) && is_hex(text[2]);
}
/// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`
[[nodiscard]] constexpr bool is_uri_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text[0]) &&
         std::ranges::all_of(text, [](char c) { return is_alnum(c) || is_one_of(c, "+-."); });
}

}  // namespace hotswap::schema
