#pragma once
// Base64 with padding (RFC 4648, section 4) of bytes that nobody else should see.

#include <optional>
#include <string_view>

#include "domain/secret/secret_text.hpp"

namespace hotswap {

[[nodiscard]] SecretText to_base64(std::string_view bytes);
/// Nothing if `text` is not exactly such a text: no line breaks, no rest that stands for no byte.
[[nodiscard]] std::optional<SecretText> from_base64(std::string_view text);

}  // namespace hotswap
