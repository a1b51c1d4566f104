#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hotswap {

/// RFC 4648 §5 (for URLs) without padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
/// Nothing for padding, foreign characters, an impossible length or unused bits that are not zero:
/// one value has exactly one text.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace hotswap
