#include "domain/schema/text/ecma_escape.hpp"

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/ecma_property.hpp"

namespace hotswap::schema {
namespace {

char32_t read_hex(Cursor& cursor, std::size_t digits) {
  char32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_hex(cursor.peek())) {
      cursor.complain("a hexadecimal digit is missing");
      return 0;
    }
    value = value * 16 + hex_value(cursor.take());
  }
  return value;
}

char32_t read_braced(Cursor& cursor) {
  char32_t value = 0;
  if (cursor.peek() == '}') cursor.complain("\\u{} names no character");
  while (!cursor.done() && cursor.peek() != '}') {
    value = value * 16 + read_hex(cursor, 1);
    if (value > kLastChar) cursor.complain("there is no character beyond \\u{10FFFF}");
  }
  if (!cursor.eat(U"}")) cursor.complain("\\u{ is not closed");
  return value;
}

/// The second half of a surrogate pair, if it follows.
char32_t join_pair(Cursor& cursor, char32_t lead) {
  const auto here = cursor.at();
  if (lead > 0xDBFF || !cursor.eat(U"\\u") || !is_hex(cursor.peek())) {
    cursor.back_to(here);
    return lead;
  }
  const char32_t trail = read_hex(cursor, 4);
  if (trail >= 0xDC00 && trail <= 0xDFFF) return 0x10000 + ((lead - 0xD800) << 10) + trail - 0xDC00;
  cursor.back_to(here);
  return lead;
}

std::optional<char32_t> control_of(char32_t letter) {
  switch (letter) {
    case 'f':
      return 0x0C;
    case 'n':
      return 0x0A;
    case 'r':
      return 0x0D;
    case 't':
      return 0x09;
    case 'v':
      return 0x0B;
    default:
      return {};
  }
}

/// `\d`, `\W`, …; nothing if `letter` names no set.
std::optional<CharSet> set_of(char32_t letter) {
  switch (letter) {
    case 'd':
      return CharSet::digits();
    case 'D':
      return CharSet::digits().complement();
    case 'w':
      return CharSet::word();
    case 'W':
      return CharSet::word().complement();
    case 's':
      return CharSet::space();
    case 'S':
      return CharSet::space().complement();
    default:
      return {};
  }
}

char32_t read_char_escape(Cursor& cursor, bool in_class) {
  const auto here = cursor.at();
  const char32_t c = cursor.take();
  if (const auto control = control_of(c)) return *control;
  if (c == 'u') return read_unicode_escape(cursor);
  if (c == 'x') return read_hex(cursor, 2);
  if (c == 'b' && in_class) return 0x08;
  if (c == '0' && !is_digit(cursor.peek())) return 0;
  if (c == 'c' && is_alpha(cursor.peek())) return cursor.take() % 32;
  if (is_alnum(c) || c >= 0x80) {
    std::string name;
    append_utf8(name, c);
    cursor.complain(here, "\\" + name + " means nothing");
  }
  return c;
}

}  // namespace

char32_t read_unicode_escape(Cursor& cursor) {
  if (cursor.eat(U"{")) return read_braced(cursor);
  const char32_t c = read_hex(cursor, 4);
  return is_surrogate(c) ? join_pair(cursor, c) : c;
}

std::variant<char32_t, CharSet> read_escape(Cursor& cursor, bool in_class) {
  if (cursor.done()) {
    cursor.complain("a backslash at the end");
    return U'\0';
  }
  const char32_t c = cursor.peek();
  if (auto set = set_of(c)) {
    cursor.skip(1);
    return std::move(*set);
  }
  if (c != 'p' && c != 'P') return read_char_escape(cursor, in_class);
  CharSet set;
  set.add_property(read_property(cursor));
  return set;
}

}  // namespace hotswap::schema
