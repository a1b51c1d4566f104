#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::json {

/// Normalised JSONPath (RFC 9535) step by step: `$`, `$.pool.max`, `$['odd key'][3]`.
[[nodiscard]] std::string path_member(std::string_view parent, std::string_view name);
[[nodiscard]] std::string path_item(std::string_view parent, std::size_t index);

/// RFC 6901 pointer tokens.
[[nodiscard]] std::string pointer_member(std::string_view parent, std::string_view name);
[[nodiscard]] std::string pointer_item(std::string_view parent, std::size_t index);

/// The pointer's tokens with their escapes resolved; nothing if it is ill-formed.
[[nodiscard]] std::optional<std::vector<std::string>> pointer_tokens(std::string_view pointer);
/// The array index that a token names: digits without a leading zero.
[[nodiscard]] std::optional<std::size_t> pointer_index(std::string_view token);

/// Value at an RFC 6901 pointer, or nullptr.
[[nodiscard]] const Value* at_pointer(const Value& root, std::string_view pointer);

}  // namespace hotswap::json
