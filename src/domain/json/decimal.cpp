#include "domain/json/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "domain/base/assert.hpp"

namespace hotswap::json {
namespace {

constexpr std::int64_t kExponentCut = 1'000'000'000'000'000;

std::int64_t read_exponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), kExponentCut);
  return negative ? -value : value;
}

void append_exponent(std::string& out, std::int64_t exponent) {
  out += exponent < 0 ? "e-" : "e+";
  out += std::to_string(exponent < 0 ? -exponent : exponent);
}

}  // namespace

Decimal to_decimal(std::string_view text) {
  Decimal result;
  result.negative = text.starts_with('-');
  if (result.negative) text.remove_prefix(1);
  if (const auto at = text.find_first_of("eE"); at != std::string_view::npos) {
    result.point = read_exponent(text.substr(at + 1));
    text = text.substr(0, at);
  }
  const auto dot = std::min(text.find('.'), text.size());
  result.digits = text.substr(0, dot);
  if (dot < text.size()) result.digits += text.substr(dot + 1);
  result.point += static_cast<std::int64_t>(dot);
  const auto first = result.digits.find_first_not_of('0');
  if (first == std::string::npos) return {};
  result.point -= static_cast<std::int64_t>(first);
  result.digits.erase(result.digits.find_last_not_of('0') + 1);
  result.digits.erase(0, first);
  return result;
}

std::string layout(const Decimal& decimal) {
  if (decimal.is_zero()) return "0";
  const auto& digits = decimal.digits;
  const auto count = static_cast<std::int64_t>(digits.size());
  const auto point = decimal.point;
  std::string out = decimal.negative ? "-" : "";
  if (count <= point && point <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point));
    out += '.';
    out.append(digits, static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else {
    out += digits.front();
    if (count > 1) (out += '.').append(digits, 1);
    append_exponent(out, point - 1);
  }
  return out;
}

Decimal shortest_decimal(double number) {
  std::array<char, 64> buffer{};
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                  std::chars_format::scientific);
  HS_ASSERT(done.ec == std::errc());
  return to_decimal({buffer.data(), done.ptr});
}

double nearest_double(std::string_view text) {
  double number = 0;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), number);
  if (done.ec != std::errc::result_out_of_range) return number;
  const auto decimal = to_decimal(text);
  const double size = decimal.point > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return decimal.negative ? -size : size;
}

}  // namespace hotswap::json
