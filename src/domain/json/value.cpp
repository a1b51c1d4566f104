#include "domain/json/value.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "domain/json/decimal.hpp"

namespace hotswap::json {
namespace {

/// The value of a plain integer literal that fits; the usual case, without any allocation.
std::optional<std::int64_t> plain_int(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, value);
  if (done.ec != std::errc() || done.ptr != end) return std::nullopt;
  return value;
}

/// As 1.5: by far the most numbers that are no integers. (1.0, 15e-1 and 1e2 need a closer look.)
bool is_plain_fraction(std::string_view text) {
  return text.contains('.') && text.back() != '0' && !text.contains('e') && !text.contains('E');
}

bool equal_numbers(const Number& a, const Number& b) {
  return a.text == b.text || to_decimal(a.text) == to_decimal(b.text);
}

}  // namespace

Value::Value(int number) : Value(Number(std::to_string(number))) {}
Value::Value(std::int64_t number) : Value(Number(std::to_string(number))) {}
Value::Value(std::uint64_t number) : Value(Number(std::to_string(number))) {}

Value::Value(double number) {
  if (std::isfinite(number)) *this = Number(layout(shortest_decimal(number)));
}

std::optional<std::int64_t> Value::as_int() const {
  const auto* number = as_number();
  if (number == nullptr) return std::nullopt;
  if (const auto plain = plain_int(number->text)) return plain;
  if (is_plain_fraction(number->text)) return std::nullopt;
  const auto decimal = to_decimal(number->text);
  if (!decimal.is_integer() || decimal.point > 19) return std::nullopt;
  std::string text = decimal.negative ? "-" : "";
  text += decimal.is_zero() ? "0" : decimal.digits;
  text.append(static_cast<std::size_t>(decimal.point) - decimal.digits.size(), '0');
  return plain_int(text);
}

std::optional<double> Value::as_double() const {
  const auto* number = as_number();
  if (number == nullptr) return std::nullopt;
  return nearest_double(number->text);
}

const Value* Value::find(std::string_view name) const {
  const auto* object = as_object();
  return object == nullptr ? nullptr : object->find(name);
}

std::string_view Value::type_name() const {
  static constexpr std::array<std::string_view, 6> kNames{"null",   "boolean", "number",
                                                          "string", "array",   "object"};
  return kNames[static_cast<std::size_t>(kind())];
}

bool Value::operator==(const Value& other) const {
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::Null:
      return true;
    case Kind::Bool:
      return cell_.flag() == other.cell_.flag();
    case Kind::Number:
      return equal_numbers(number_, other.number_);
    case Kind::String:
      return text_ == other.text_;
    case Kind::Array:
      return items_ == other.items_;
    case Kind::Object:
      return members_ == other.members_;
  }
  return false;
}

}  // namespace hotswap::json
