#pragma once
#include <string>
#include <string_view>

#include "domain/json/value.hpp"

namespace hotswap::json {

/// Compact text, members in their order, numbers as written.
[[nodiscard]] std::string write(const Value& value);
void write_to(std::string& out, const Value& value);
/// Two-space indented text for people.
[[nodiscard]] std::string write_pretty(const Value& value);
/// `text` as a JSON string literal with quotes.
void write_string_to(std::string& out, std::string_view text);

/// RFC 8785 canonical form: members sorted by UTF-16 code units, ES6 numbers. A number that no
/// double holds exactly as written (2^53+1, 1e400, 0.1000000000000000055) is kept exact, as a
/// normalised decimal, instead of being rounded: see docs/adr.
[[nodiscard]] std::string canonical(const Value& value);

}  // namespace hotswap::json
