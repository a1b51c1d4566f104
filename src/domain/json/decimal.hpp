#pragma once
// The exact decimal value of a JSON number's text: for comparison, for integers, and for the
// canonical form. Never expands an exponent, so 1e999999999 costs as much as 1.

#include <cstdint>
#include <string>
#include <string_view>

namespace hotswap::json {

/// ±0.d₁d₂d₃… × 10^point, where neither d₁ nor the last digit is 0; zero has no digits.
struct Decimal {
  bool negative = false;  ///< never set for zero
  std::string digits;
  std::int64_t point = 0;

  [[nodiscard]] bool is_zero() const { return digits.empty(); }
  [[nodiscard]] bool is_integer() const {
    return point >= static_cast<std::int64_t>(digits.size());
  }
  bool operator==(const Decimal&) const = default;
};

/// The value of `text`, which follows JSON's number grammar. Exponents are cut at ±10^15, far
/// beyond what parse() accepts.
[[nodiscard]] Decimal to_decimal(std::string_view text);

/// Text in the layout that ECMAScript gives a number with these digits (`100`, `0.001`, `1.5e+30`).
[[nodiscard]] std::string layout(const Decimal& decimal);

/// The shortest decimal that reads back as this finite double.
[[nodiscard]] Decimal shortest_decimal(double number);

/// The double nearest to `text`; overflow gives an infinity, underflow a zero.
[[nodiscard]] double nearest_double(std::string_view text);

}  // namespace hotswap::json
