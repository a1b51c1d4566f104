#pragma once
// Words for reasons.

#include <string>
#include <string_view>
#include <vector>

#include "domain/schema/compat/node.hpp"

namespace hotswap::schema::compat {

/// The value as JSON, cut short when long.
[[nodiscard]] std::string say(const json::Value& value);
/// `from 1 to 2`; of two long values, from shortly before where they part.
[[nodiscard]] std::string say_change(const json::Value& before, const json::Value& after);
[[nodiscard]] std::string quoted(std::string_view text);
[[nodiscard]] std::string say(const Bound& bound);
/// `string`, `integer or null`, `any type`.
[[nodiscard]] std::string say_types(TypeMask mask);
/// `strings`, `integers and null`.
[[nodiscard]] std::string say_plural(TypeMask mask);
/// The values, cut short when many.
[[nodiscard]] std::string say_list(const std::vector<const json::Value*>& values);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view last);
/// A schema in a few words: `string`, `integer from 1 to 10`, `object`, …
[[nodiscard]] std::string say_schema(const Node& node);

}  // namespace hotswap::schema::compat
