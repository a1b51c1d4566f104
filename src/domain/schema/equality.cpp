#include "domain/schema/equality.hpp"

#include "domain/json/member_index.hpp"
#include "domain/schema/hash.hpp"
#include "domain/schema/numbers.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kLinearSearch = 16;

bool equal_arrays(const json::Array& a, const json::Array& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a[i], b[i])) return false;
  }
  return true;
}

bool equal_objects(const json::Object& a, const json::Object& b) {
  if (a.size() != b.size()) return false;
  const auto matches = [&](const auto& index) {
    for (const auto& member : a) {
      const auto* other = index.find(member.name);
      if (other == nullptr || !equal(member.value, *other)) return false;
    }
    return true;
  };
  return a.size() <= kLinearSearch ? matches(b) : matches(json::MemberIndex(b));
}

}  // namespace

bool equal(const json::Value& a, const json::Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::Kind::Null:
      return true;
    case json::Kind::Bool:
      return *a.as_bool() == *b.as_bool();
    case json::Kind::Number:
      return equal_numbers(a.as_number()->text, b.as_number()->text);
    case json::Kind::String:
      return std::string_view(*a.as_string()) == std::string_view(*b.as_string());
    case json::Kind::Array:
      return equal_arrays(*a.as_array(), *b.as_array());
    case json::Kind::Object:
      return equal_objects(*a.as_object(), *b.as_object());
  }
  return false;
}

std::uint64_t hash_string(std::string_view text) {
  return mix(static_cast<std::uint64_t>(json::Kind::String), hash_text(text));
}

std::uint64_t hash_value(const json::Value& value) {
  const auto seed = static_cast<std::uint64_t>(value.kind());
  switch (value.kind()) {
    case json::Kind::Null:
      return mix(seed, 1);
    case json::Kind::Bool:
      return mix(seed, *value.as_bool() ? 2 : 3);
    case json::Kind::Number:
      return mix(seed, hash_number(value.as_number()->text));
    case json::Kind::String:
      return hash_string(*value.as_string());
    case json::Kind::Array: {
      auto hash = seed;
      for (const auto& item : *value.as_array()) hash = mix(hash, hash_value(item));
      return hash;
    }
    case json::Kind::Object: {
      // A sum: members may stand in any order.
      std::uint64_t sum = 0;
      for (const auto& [name, member] : *value.as_object()) {
        sum += mix(hash_text(name), hash_value(member));
      }
      return mix(seed, sum);
    }
  }
  return seed;
}

}  // namespace hotswap::schema
