#pragma once
// Exact arithmetic on JSON numbers. Up to 18 digits it needs neither the heap nor rounding; beyond,
// it works on decimal digits.

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

/// The value of a plain integer of at most 18 digits, which most numbers are.
[[nodiscard]] inline std::optional<std::int64_t> short_integer(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

/// A number decoded once, to be compared with often.
struct Bound {
  std::string text;
  std::optional<Small> small;
  json::Decimal exact;

  explicit Bound(std::string_view literal)
      : text(literal), small(small_number(literal)), exact(json::to_decimal(literal)) {}
};

/// The greatest integer that is not above the number, and the least that is not below it; far ones
/// cut at ±10^18, beyond what short_integer() gives.
struct Rounded {
  std::int64_t down;
  std::int64_t up;
};
[[nodiscard]] Rounded rounded(const Small& number);

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
