#include "agent/render/escape.hpp"

#include <array>
#include <cstdio>

#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

bool must_be_escaped(char32_t c) {
  return (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE ||
         c == 0xFFFF;
}

void append_escape(std::string& out, char32_t c) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(c >> shift) & 15U];
}

}  // namespace

char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  static constexpr std::array<unsigned, 5> kMasks = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t c = first & kMasks[size];
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(size, text.size()));
  return c;
}

std::string escaped_literal(std::string_view text) {
  std::string literal;
  json::write_string_to(literal, text);
  std::string out;
  for (std::string_view rest = literal; !rest.empty();) {
    const auto before = rest;
    const char32_t c = take_character(rest);
    if (must_be_escaped(c)) {
      append_escape(out, c);
    } else {
      out += before.substr(0, before.size() - rest.size());
    }
  }
  return out;
}

}  // namespace hotswap::agent
