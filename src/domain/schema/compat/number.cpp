#include "domain/schema/compat/number.hpp"

#include <algorithm>
#include <string>

namespace hotswap::schema::compat {
namespace {

constexpr std::int64_t kDigits = 18;       // that a 64-bit integer holds for sure
constexpr std::int64_t kLongestRun = 400;  // digits of a dividend, so that 1e308 is still exact

int order_sizes(const json::Decimal& a, const json::Decimal& b) {
  if (a.is_zero() || b.is_zero()) return static_cast<int>(b.is_zero()) - (a.is_zero() ? 1 : 0);
  if (a.point != b.point) return a.point < b.point ? -1 : 1;
  const auto sign = a.digits.compare(b.digits);
  return sign == 0 ? 0 : (sign < 0 ? -1 : 1);
}

// The exponent of the last digit.
std::int64_t lowest(const json::Decimal& number) {
  return number.point - static_cast<std::int64_t>(number.digits.size());
}

// The digits before the point.
std::optional<std::int64_t> truncated(const json::Decimal& number) {
  if (number.point > kDigits) return std::nullopt;
  std::int64_t value = 0;
  for (std::int64_t i = 0; i < number.point; ++i) {
    const auto at = static_cast<std::size_t>(i);
    value = value * 10 + (at < number.digits.size() ? number.digits[at] - '0' : 0);
  }
  return number.negative ? -value : value;
}

}  // namespace

int order(const json::Decimal& a, const json::Decimal& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  return a.negative ? -order_sizes(a, b) : order_sizes(a, b);
}

std::optional<bool> is_multiple(const json::Decimal& number, const json::Decimal& divisor) {
  if (number.is_zero()) return true;
  const auto unit = std::min(lowest(number), lowest(divisor));
  const auto divisor_run = divisor.point - unit;
  const auto run = number.point - unit;
  if (divisor_run > kDigits || run > kLongestRun) return std::nullopt;
  std::uint64_t modulus = 0;
  for (std::int64_t i = 0; i < divisor_run; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const int digit = at < divisor.digits.size() ? divisor.digits[at] - '0' : 0;
    modulus = modulus * 10 + static_cast<std::uint64_t>(digit);
  }
  if (modulus == 0) return std::nullopt;
  unsigned __int128 rest = 0;
  for (std::int64_t i = 0; i < run; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const int digit = at < number.digits.size() ? number.digits[at] - '0' : 0;
    rest = (rest * 10 + static_cast<unsigned>(digit)) % modulus;
  }
  return rest == 0;
}

std::optional<std::int64_t> small_integer(const json::Decimal& number) {
  return number.is_integer() ? truncated(number) : std::nullopt;
}

std::optional<std::int64_t> floor_of(const json::Decimal& number) {
  auto value = truncated(number);
  if (value && number.negative && !number.is_integer()) --*value;
  return value;
}

std::optional<std::int64_t> ceil_of(const json::Decimal& number) {
  auto value = truncated(number);
  if (value && !number.negative && !number.is_integer()) ++*value;
  return value;
}

json::Decimal decimal_of(std::int64_t number) { return json::to_decimal(std::to_string(number)); }

json::Value number_value(const json::Decimal& number) {
  return json::Value(json::Number{json::layout(number)});
}

}  // namespace hotswap::schema::compat
