#pragma once
// Equality of JSON values as schemas mean it, and a hash that agrees with it. Neither allocates for
// usual values.

#include <cstdint>

#include "domain/json/value.hpp"

namespace hotswap::schema {

[[nodiscard]] bool equal(const json::Value& a, const json::Value& b);
[[nodiscard]] std::uint64_t hash_value(const json::Value& value);
/// The same for a string without a value.
[[nodiscard]] std::uint64_t hash_string(std::string_view text);

}  // namespace hotswap::schema
