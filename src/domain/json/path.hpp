#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::json {

/// Normalised JSONPath (RFC 9535) step by step: `$`, `$.pool.max`, `$['odd key'][3]`.
[[nodiscard]] std::string path_member(std::string_view parent, std::string_view name);
[[nodiscard]] std::string path_item(std::string_view parent, std::size_t index);

/// RFC 6901 pointer tokens.
[[nodiscard]] std::string pointer_member(std::string_view parent, std::string_view name);
[[nodiscard]] std::string pointer_item(std::string_view parent, std::size_t index);

/// Value at an RFC 6901 pointer, or nullptr.
[[nodiscard]] const Value* at_pointer(const Value& root, std::string_view pointer);

}  // namespace hotswap::json
