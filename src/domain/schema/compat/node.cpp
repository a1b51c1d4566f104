#include "domain/schema/compat/node.hpp"

#include <algorithm>

namespace hotswap::schema::compat {

const Node* ObjectRules::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(sorted, name, {}, &Property::name);
  return at != sorted.end() && at->name == name ? at->node : nullptr;
}

TypeMask type_of(const json::Value& value) {
  if (value.is_null()) return kNull;
  if (value.as_bool() != nullptr) return kBoolean;
  if (value.as_string() != nullptr) return kString;
  if (value.as_array() != nullptr) return kArray;
  if (value.as_object() != nullptr) return kObject;
  return json::to_decimal(value.as_number()->text).is_integer() ? kInteger : kFraction;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace hotswap::schema::compat
