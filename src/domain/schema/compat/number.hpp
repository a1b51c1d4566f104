#pragma once
// Exact arithmetic on JSON numbers, as far as bounds and multiples need it.

#include <cstdint>
#include <optional>

#include "domain/json/decimal.hpp"
#include "domain/json/value.hpp"

namespace hotswap::schema::compat {

/// Negative, zero or positive as a is less than, equal to or greater than b.
[[nodiscard]] int order(const json::Decimal& a, const json::Decimal& b);
/// Whether `number` is a multiple of `divisor` (not zero); nothing when that would take numbers of
/// more than 18 digits as a divisor, or huge exponents.
[[nodiscard]] std::optional<bool> is_multiple(const json::Decimal& number,
                                              const json::Decimal& divisor);
/// The value if it is an integer of at most 18 digits.
[[nodiscard]] std::optional<std::int64_t> small_integer(const json::Decimal& number);
/// The greatest integer that is not above, and the least that is not below; nothing beyond 18
/// digits.
[[nodiscard]] std::optional<std::int64_t> floor_of(const json::Decimal& number);
[[nodiscard]] std::optional<std::int64_t> ceil_of(const json::Decimal& number);
[[nodiscard]] json::Decimal decimal_of(std::int64_t number);
[[nodiscard]] json::Value number_value(const json::Decimal& number);

}  // namespace hotswap::schema::compat
