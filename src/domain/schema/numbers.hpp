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

/// A number decoded once, to be compared with often.
struct Bound {
  std::string text;
  std::optional<Small> small;
  json::Decimal exact;

  explicit Bound(std::string_view literal)
      : text(literal), small(small_number(literal)), exact(json::to_decimal(literal)) {}
};

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
