#include "domain/schema/text/ecma_class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <variant>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/ecma_escape.hpp"

namespace hotswap::schema {
namespace {

constexpr std::string_view kNone = "(?!)";
constexpr std::string_view kAny = "(?s:.)";

void append_in_class(std::string& out, char32_t c) {
  if (is_alnum(c)) {
    out += static_cast<char>(c);
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{{{:x}}}", static_cast<unsigned>(c));
  }
}

using ClassAtom = std::variant<char32_t, CharSet>;

ClassAtom read_class_atom(Cursor& cursor) {
  return cursor.eat(U"\\") ? read_escape(cursor, true) : ClassAtom(cursor.take());
}

void add_atom(CharSet& set, const ClassAtom& atom) {
  if (const auto* c = std::get_if<char32_t>(&atom)) set.add(*c, *c);
  if (const auto* other = std::get_if<CharSet>(&atom)) set.add(*other);
}

/// One character, one escape or one range. As without flag u, the hyphen in `[\w-.]`, where no
/// range can be, is a hyphen.
void read_class_range(Cursor& cursor, CharSet& set) {
  const auto here = cursor.at();
  const ClassAtom first = read_class_atom(cursor);
  if (cursor.peek() != '-' || cursor.peek(1) == ']') return add_atom(set, first);
  cursor.skip(1);
  const ClassAtom last = read_class_atom(cursor);
  const auto* low = std::get_if<char32_t>(&first);
  const auto* high = std::get_if<char32_t>(&last);
  if (low == nullptr || high == nullptr) {
    add_atom(set, first);
    add_atom(set, U'-');
    add_atom(set, last);
  } else if (*low > *high) {
    cursor.complain(here, "the range is out of order");
  } else {
    set.add(*low, *high);
  }
}

}  // namespace

void CharSet::add(char32_t first, char32_t last) {
  // UTF-8 has no surrogates, and PCRE2 refuses to hear of them.
  if (first < 0xD800) ranges_.emplace_back(first, std::min<char32_t>(last, 0xD7FF));
  if (last > 0xDFFF) ranges_.emplace_back(std::max<char32_t>(first, 0xE000), last);
}

void CharSet::add(const CharSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  properties_ += other.properties_;
}

std::vector<CharSet::Range> CharSet::merged() const {
  auto sorted = ranges_;
  std::ranges::sort(sorted);
  std::vector<Range> out;
  for (const auto& [first, last] : sorted) {
    if (!out.empty() && first <= out.back().second + 1) {
      out.back().second = std::max(out.back().second, last);
    } else {
      out.emplace_back(first, last);
    }
  }
  return out;
}

CharSet CharSet::complement() const {
  CharSet out;
  char32_t next = 0;
  for (const auto& [first, last] : merged()) {
    if (first > next) out.add(next, first - 1);
    next = last + 1;
  }
  if (next <= kLastChar) out.add(next, kLastChar);
  return out;
}

std::string CharSet::pcre() const {
  std::string out;
  for (const auto& [first, last] : merged()) {
    append_in_class(out, first);
    if (last > first + 1) out += '-';
    if (last > first) append_in_class(out, last);
  }
  return out + properties_;
}

bool CharSet::contains(char32_t c) const {
  return std::ranges::any_of(ranges_,
                             [c](auto range) { return c >= range.first && c <= range.second; });
}

bool CharSet::none_from(char32_t first) const {
  return std::ranges::all_of(ranges_, [first](auto range) { return range.second < first; });
}

bool CharSet::is_everything() const { return complement().ranges_.empty(); }

const CharSet& CharSet::digits() {
  static const CharSet kSet = [] {
    CharSet set;
    set.add('0', '9');
    return set;
  }();
  return kSet;
}

const CharSet& CharSet::word() {
  static const CharSet kSet = [] {
    CharSet set = digits();
    set.add('A', 'Z');
    set.add('a', 'z');
    set.add('_', '_');
    return set;
  }();
  return kSet;
}

const CharSet& CharSet::space() {
  static const CharSet kSet = [] {
    CharSet set;
    set.add(0x09, 0x0D);
    for (const char32_t c : U"\u0020\u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF")
      if (c != 0) set.add(c, c);
    set.add(0x2000, 0x200A);
    return set;
  }();
  return kSet;
}

std::string CharClass::pcre() const {
  if (!set.has_properties()) {
    if (set.none_from(0)) return std::string(negated ? kAny : kNone);
    if (set.is_everything()) return std::string(negated ? kNone : kAny);
  }
  return (negated ? "[^" : "[") + set.pcre() + "]";
}

const CharClass& CharClass::dot() {
  static const CharClass kDot = [] {
    CharClass dot{{}, true};
    for (const char32_t c : {U'\n', U'\r', U'\u2028', U'\u2029'}) dot.set.add(c, c);
    return dot;
  }();
  return kDot;
}

CharClass read_class(Cursor& cursor) {
  const auto here = cursor.at();
  CharClass out{{}, cursor.eat(U"^")};
  while (!cursor.done() && cursor.peek() != ']') read_class_range(cursor, out.set);
  if (!cursor.eat(U"]")) cursor.complain(here, "the class is not closed");
  return out;
}

void append_pcre_char(std::string& out, char32_t c) {
  if (is_surrogate(c)) {
    out += kNone;
  } else if (c < 0x20 || c == 0x7F) {
    append_in_class(out, c);
  } else {
    if (c < 0x80 && !is_alnum(c)) out += '\\';
    append_utf8(out, c);
  }
}

}  // namespace hotswap::schema
