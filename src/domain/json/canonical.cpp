// RFC 8785 with exact numbers; the rule and its reasons: docs/adr/0002-canonical-numbers.md.
#include <algorithm>
#include <cmath>

#include "domain/json/decimal.hpp"
#include "domain/json/write.hpp"

namespace hotswap::json {
namespace {

constexpr std::size_t kDoubleDigits = 17;  ///< so many tell any two doubles apart

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A short literal without exponent or needless zeros is its own canonical form: no other decimal
/// of at most 15 digits is nearest to the same double, and from 10^-6 on none is written by
/// exponent.
bool is_canonical(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > 15) return false;
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (point == std::string_view::npos) return whole.front() != '0' && all_digits(whole);
  const auto fraction = text.substr(point + 1);
  if (fraction.empty() || fraction.back() == '0') return false;
  const bool below_one = whole == "0";
  if (whole.empty() || (whole.front() == '0' && !below_one)) return false;
  if (below_one && fraction.starts_with("000000")) return false;
  return all_digits(whole) && all_digits(fraction);
}

std::string canonical_number(std::string_view text) {
  if (is_canonical(text)) return std::string(text);
  const auto exact = to_decimal(text);
  const double number = nearest_double(text);
  if (exact.is_zero() || !std::isfinite(number) || number == 0) return layout(exact);
  const bool as_double = !exact.is_integer() && exact.digits.size() <= kDoubleDigits;
  return layout(as_double ? shortest_decimal(number) : exact);
}

/// Sort key of a UTF-8 byte such that names compare by their UTF-16 code units: characters outside
/// the basic plane (lead bytes F0…F4) are surrogates there and come before U+E000…U+FFFF (EE, EF).
unsigned utf16_rank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xF0) return byte - 2U;
  return byte >= 0xEE ? byte + 11U : byte;
}

bool utf16_less(std::string_view a, std::string_view b) {
  const auto [at_a, at_b] = std::ranges::mismatch(a, b);
  if (at_b == b.end()) return false;
  if (at_a == a.end()) return true;
  return utf16_rank(*at_a) < utf16_rank(*at_b);
}

struct Canonical {
  std::string& out;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(const Number& number) const { out += canonical_number(number.text); }
  void operator()(const Text& text) const { write_string_to(out, text); }
  void operator()(const Array& items) const {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) out += ',';
      item.visit(*this);
    }
    out += ']';
  }
  void operator()(const Object& object) const {
    std::vector<const Member*> sorted;
    sorted.reserve(object.size());
    for (const auto& member : object) sorted.push_back(&member);
    std::ranges::sort(sorted, utf16_less, &Member::name);
    out += '{';
    bool first = true;
    for (const auto* member : sorted) {
      if (!std::exchange(first, false)) out += ',';
      write_string_to(out, member->name);
      out += ':';
      member->value.visit(*this);
    }
    out += '}';
  }
};

}  // namespace

std::string canonical(const Value& value) {
  std::string out;
  value.visit(Canonical{out});
  return out;
}

}  // namespace hotswap::json
