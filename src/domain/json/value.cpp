#include "domain/json/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "domain/json/decimal.hpp"
#include "domain/json/member_index.hpp"

namespace hotswap::json {
namespace {

constexpr std::size_t kLinearSearch = 16;

/// The value of a plain integer literal that fits; the usual case, without any allocation.
std::optional<std::int64_t> plain_int(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, value);
  if (done.ec != std::errc() || done.ptr != end) return std::nullopt;
  return value;
}

bool equal_numbers(const Number& a, const Number& b) {
  return a.text == b.text || to_decimal(a.text) == to_decimal(b.text);
}

}  // namespace

Object::Object(std::initializer_list<std::pair<std::string, Value>> members) {
  members_.reserve(members.size());
  for (const auto& [name, value] : members) set(name, value);
}

const Value* Object::find(std::string_view name) const {
  const auto at = std::ranges::find(members_, name, &Member::name);
  return at == members_.end() ? nullptr : &at->value;
}

Value* Object::find(std::string_view name) {
  const auto at = std::ranges::find(members_, name, &Member::name);
  return at == members_.end() ? nullptr : &at->value;
}

Value& Object::set(std::string name, Value value) {
  if (auto* found = find(name)) return *found = std::move(value);
  return append(std::move(name), std::move(value));
}

Value& Object::append(std::string name, Value value) {
  return members_.emplace_back(std::move(name), std::move(value)).value;
}

bool Object::erase(std::string_view name) {
  const auto at = std::ranges::find(members_, name, &Member::name);
  if (at == members_.end()) return false;
  members_.erase(at);
  return true;
}

std::size_t Object::size() const { return members_.size(); }
bool Object::empty() const { return members_.empty(); }
void Object::reserve(std::size_t count) { members_.reserve(count); }

bool Object::operator==(const Object& other) const {
  if (size() != other.size()) return false;
  if (size() <= kLinearSearch) {
    return std::ranges::all_of(members_, [&](const Member& member) {
      const auto* match = other.find(member.name);
      return match != nullptr && *match == member.value;
    });
  }
  const MemberIndex mine(*this);
  const MemberIndex theirs(other);
  return std::ranges::equal(mine.sorted(), theirs.sorted(), [](const auto* a, const auto* b) {
    return a->name == b->name && a->value == b->value;
  });
}

Value::Value(int number) : storage_(Number{std::to_string(number)}) {}
Value::Value(std::int64_t number) : storage_(Number{std::to_string(number)}) {}
Value::Value(std::uint64_t number) : storage_(Number{std::to_string(number)}) {}

Value::Value(double number) {
  if (std::isfinite(number)) storage_ = Number{layout(shortest_decimal(number))};
}

std::optional<std::int64_t> Value::as_int() const {
  const auto* number = as_number();
  if (number == nullptr) return std::nullopt;
  if (const auto plain = plain_int(number->text)) return plain;
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
  static constexpr std::array<std::string_view, std::variant_size_v<Storage>> kNames{
      "null", "boolean", "number", "string", "array", "object"};
  return kNames[storage_.index()];
}

bool Value::operator==(const Value& other) const {
  if (storage_.index() != other.storage_.index()) return false;
  if (const auto* number = as_number()) return equal_numbers(*number, *other.as_number());
  return storage_ == other.storage_;
}

}  // namespace hotswap::json
