#pragma once
// Exact arithmetic on JSON numbers. Up to 18 digits it needs neither the heap nor rounding; beyond,
// it works on decimal digits.

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/json/decimal.hpp"

namespace hotswap::schema {

/// mantissa × 10^exponent.
struct Small {
  std::int64_t mantissa = 0;
  std::int32_t exponent = 0;
};

/// The number's exact value if it has at most 18 digits, without zeros at its ends.
[[nodiscard]] std::optional<Small> small_number(std::string_view text);

/// Integers on both sides of a number; the same if it is one.
struct Rounded {
  std::int64_t down;
  std::int64_t up;
};

/// For a number without exponent and with at most 18 digits before the point, which most are. May
/// be too wide: 1.0 is said to be between 1 and 2.
[[nodiscard]] inline std::optional<Rounded> roughly(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  std::size_t i = negative ? 1 : 0;
  const auto most = std::min<std::size_t>(text.size(), i + 18);
  const auto is_digit = [&] { return text[i] >= '0' && text[i] <= '9'; };
  std::int64_t whole = 0;
  for (; i < most && is_digit(); ++i) whole = whole * 10 + (text[i] - '0');
  if (i == text.size()) return negative ? Rounded{-whole, -whole} : Rounded{whole, whole};
  if (text[i] != '.') return std::nullopt;
  for (++i; i < text.size() && is_digit();) ++i;
  if (i != text.size()) return std::nullopt;
  return negative ? Rounded{-whole - 1, -whole} : Rounded{whole, whole + 1};
}

/// A number decoded once, to be compared with often.
struct Bound {
  std::string text;
  std::optional<Small> small;
  json::Decimal exact;

  explicit Bound(std::string_view literal)
      : text(literal), small(small_number(literal)), exact(json::to_decimal(literal)) {}
};

/// Exactly; far numbers cut at ±10^18, beyond what roughly() gives.
[[nodiscard]] Rounded rounded(const Small& number);

[[nodiscard]] std::strong_ordering compare(const Small& number, const Small& bound);
/// The order of the number `text` and the bound.
[[nodiscard]] std::strong_ordering compare(std::string_view text, const Bound& bound);
[[nodiscard]] bool is_integer(std::string_view text);
/// Whether `text` is an exact multiple of the (positive) divisor. Nothing if that takes too long,
/// which only a divisor of more than 18 digits can cause.
[[nodiscard]] std::optional<bool> is_multiple(std::string_view text, const Bound& divisor);
[[nodiscard]] bool equal_numbers(std::string_view a, std::string_view b);
/// Equal for equal numbers, however they are written.
[[nodiscard]] std::uint64_t hash_number(std::string_view text);

}  // namespace hotswap::schema
