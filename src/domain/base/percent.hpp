#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hotswap {

/// `a%20b` → `a b` (RFC 3986); nothing where `%` is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace hotswap
