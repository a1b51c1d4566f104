#include "domain/schema/numbers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "domain/schema/hash.hpp"

namespace hotswap::schema {
namespace {

__extension__ using Wide = __int128;
__extension__ using UWide = unsigned __int128;

constexpr int kSmallDigits = 18;
constexpr int kWideShift = 19;                      ///< a small mantissa × 10^19 fits in 128 bits
constexpr std::int64_t kLongDivision = 10'000'000;  ///< digits pushed × divisor's digits

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr auto kPowers = [] {
  std::array<Wide, kWideShift + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

Wide power_of_ten(std::int64_t exponent) { return kPowers[static_cast<std::size_t>(exponent)]; }

std::optional<std::int32_t> read_exponent(std::string_view text) {
  constexpr std::int32_t kMost = 1'000'000'000;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int32_t value = 0;
  for (const char c : text) {
    if (value >= kMost / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

Small stripped(Small number) {
  if (number.mantissa == 0) return {};
  while (number.mantissa % 10 == 0) {
    number.mantissa /= 10;
    ++number.exponent;
  }
  return number;
}

std::optional<Small> small_of(const json::Decimal& decimal) {
  constexpr std::int64_t kMost = 2'000'000'000;
  const auto count = static_cast<std::int64_t>(decimal.digits.size());
  const auto exponent = decimal.point - count;
  if (count > kSmallDigits || std::abs(exponent) > kMost) return std::nullopt;
  std::int64_t mantissa = 0;
  for (const char c : decimal.digits) mantissa = mantissa * 10 + (c - '0');
  return Small{decimal.negative ? -mantissa : mantissa, static_cast<std::int32_t>(exponent)};
}

std::strong_ordering compare_exact(const json::Decimal& a, const json::Decimal& b) {
  const auto sign = [](const json::Decimal& d) { return d.is_zero() ? 0 : d.negative ? -1 : 1; };
  if (sign(a) != sign(b) || sign(a) == 0) return sign(a) <=> sign(b);
  auto order = a.point <=> b.point;
  if (order == 0) order = a.digits <=> b.digits;
  return a.negative ? 0 <=> order : order;
}

std::uint64_t multiply(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(UWide{a} * b % modulus);
}

/// digits × 10^shift divided by `divisor`: the rest.
std::uint64_t rest_of(std::string_view digits, std::int64_t shift, std::uint64_t divisor) {
  std::uint64_t rest = 0;
  for (const char c : digits) {
    const auto next = UWide{rest} * 10 + static_cast<unsigned>(c - '0');
    rest = static_cast<std::uint64_t>(next % divisor);
  }
  std::uint64_t square = 10 % divisor;
  for (; shift > 0; shift /= 2) {
    if (shift % 2 == 1) rest = multiply(rest, square, divisor);
    square = multiply(square, square, divisor);
  }
  return rest;
}

/// Decimal digits, least first, as a remainder that grows digit by digit.
class LongRest {
 public:
  explicit LongRest(std::string_view divisor) : divisor_(divisor.rbegin(), divisor.rend()) {
    rest_.resize(divisor_.size() + 1, '\0');
    for (auto& c : divisor_) c = static_cast<char>(c - '0');
    divisor_.push_back('\0');
  }
  void push(int digit) {
    std::rotate(rest_.begin(), rest_.end() - 1, rest_.end());
    rest_.front() = static_cast<char>(digit);
    while (!less()) subtract();
  }
  [[nodiscard]] bool is_zero() const {
    return std::ranges::all_of(rest_, [](char c) { return c == '\0'; });
  }

 private:
  [[nodiscard]] bool less() const {
    return std::lexicographical_compare(rest_.rbegin(), rest_.rend(), divisor_.rbegin(),
                                        divisor_.rend());
  }
  void subtract() {
    int borrow = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      int digit = rest_[i] - divisor_[i] - borrow;
      borrow = digit < 0 ? 1 : 0;
      if (borrow != 0) digit += 10;
      rest_[i] = static_cast<char>(digit);
    }
  }
  std::string divisor_;
  std::string rest_;
};

std::optional<bool> is_long_multiple(const json::Decimal& number, const json::Decimal& divisor) {
  if (number.is_zero()) return true;
  const auto exponent = [](const json::Decimal& d) {
    return d.point - static_cast<std::int64_t>(d.digits.size());
  };
  auto shift = exponent(number) - exponent(divisor);
  auto divided_by = divisor.digits;
  if (shift < 0) {
    if (-shift > static_cast<std::int64_t>(number.digits.size())) return false;
    divided_by.append(static_cast<std::size_t>(-shift), '0');
    shift = 0;
  }
  const auto small = small_of({false, divided_by, static_cast<std::int64_t>(divided_by.size())});
  if (small && divided_by.size() <= kSmallDigits) {
    const auto value = static_cast<std::uint64_t>(small->mantissa);
    return rest_of(number.digits, shift, value) == 0;
  }
  const auto pushed = static_cast<std::int64_t>(number.digits.size()) + shift;
  const auto length = static_cast<std::int64_t>(divided_by.size());
  if (shift > kLongDivision || pushed * length > kLongDivision) return std::nullopt;
  LongRest rest(divided_by);
  for (const char c : number.digits) rest.push(c - '0');
  for (std::int64_t i = 0; i < shift; ++i) rest.push(0);
  return rest.is_zero();
}

}  // namespace

std::optional<Small> small_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Small result;
  int digits = 0;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (digits > 0 || c != '0') ++digits;
      if (digits > kSmallDigits) return std::nullopt;
      result.mantissa = result.mantissa * 10 + (c - '0');
      if (point) --result.exponent;
    } else if (c == '.') {
      point = true;
    } else {
      break;
    }
  }
  if (i < text.size()) {
    const auto exponent = read_exponent(text.substr(i + 1));
    if (!exponent) return std::nullopt;
    result.exponent += *exponent;
  }
  if (negative) result.mantissa = -result.mantissa;
  return result;
}

Rounded rounded(const Small& number) {
  constexpr std::int64_t kFar = 1'000'000'000'000'000'000;
  const auto sign = number.mantissa < 0 ? -1 : 1;
  if (number.mantissa == 0) return {0, 0};
  if (number.exponent > kSmallDigits) return {sign * kFar, sign * kFar};
  if (number.exponent >= 0) {
    const auto exact = Wide{number.mantissa} * power_of_ten(number.exponent);
    const auto cut = static_cast<std::int64_t>(std::clamp(exact, Wide{-kFar}, Wide{kFar}));
    return {cut, cut};
  }
  if (number.exponent < -kSmallDigits) return sign < 0 ? Rounded{-1, 0} : Rounded{0, 1};
  const auto unit = static_cast<std::int64_t>(power_of_ten(-number.exponent));
  const auto quotient = number.mantissa / unit;
  if (number.mantissa % unit == 0) return {quotient, quotient};
  return sign < 0 ? Rounded{quotient - 1, quotient} : Rounded{quotient, quotient + 1};
}

std::strong_ordering compare(const Small& a, const Small& b) {
  if (a.exponent == b.exponent) return a.mantissa <=> b.mantissa;
  if (a.mantissa == 0 || b.mantissa == 0) return a.mantissa <=> b.mantissa;
  const auto shift = std::int64_t{a.exponent} - b.exponent;
  if (shift < 0) return 0 <=> compare(b, a);
  if (shift > kWideShift) return a.mantissa <=> 0;
  const auto wide = Wide{a.mantissa} * power_of_ten(shift);
  return wide <=> Wide{b.mantissa};
}

std::strong_ordering compare(std::string_view text, const Bound& bound) {
  if (bound.small) {
    if (const auto small = small_number(text)) return compare(*small, *bound.small);
  }
  return compare_exact(json::to_decimal(text), bound.exact);
}

bool is_integer(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '-'; })) return true;
  if (const auto small = small_number(text)) {
    return small->exponent >= 0 || stripped(*small).exponent >= 0;
  }
  return json::to_decimal(text).is_integer();
}

std::optional<bool> is_multiple(std::string_view text, const Bound& divisor) {
  const auto small = small_number(text);
  if (!small || !divisor.small || divisor.small->mantissa == 0) {
    return is_long_multiple(json::to_decimal(text), divisor.exact);
  }
  const auto shift = std::int64_t{small->exponent} - divisor.small->exponent;
  if (shift > kWideShift || shift < -kWideShift) {
    return is_long_multiple(json::to_decimal(text), divisor.exact);
  }
  const auto up = power_of_ten(std::max<std::int64_t>(shift, 0));
  const auto down = power_of_ten(std::max<std::int64_t>(-shift, 0));
  return Wide{small->mantissa} * up % (Wide{divisor.small->mantissa} * down) == 0;
}

bool equal_numbers(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto small_a = small_number(a);
  const auto small_b = small_number(b);
  if (small_a && small_b) return compare(*small_a, *small_b) == 0;
  return json::to_decimal(a) == json::to_decimal(b);
}

std::uint64_t hash_number(std::string_view text) {
  auto small = small_number(text);
  if (!small) {
    const auto exact = json::to_decimal(text);
    small = small_of(exact);
    if (!small) return mix(hash_text(exact.digits), static_cast<std::uint64_t>(exact.point));
  }
  const auto plain = stripped(*small);
  return mix(static_cast<std::uint64_t>(plain.mantissa),
             static_cast<std::uint64_t>(plain.exponent));
}

}  // namespace hotswap::schema
