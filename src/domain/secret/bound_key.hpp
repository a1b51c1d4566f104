#pragma once
// What a key-encryption key outside wraps: the data key and what it is for, so that a wrapped key
// cannot be taken for another. Not every such service binds a context to what it encrypts, and some
// ignore one silently; all of them authenticate what they encrypt.

#include <optional>
#include <string_view>

#include "domain/secret/secret_text.hpp"

namespace hotswap {

[[nodiscard]] SecretText bind_key(const SecretText& key, std::string_view context);
/// The key, nothing if `bound` is not from bind_key() with the same context.
[[nodiscard]] std::optional<SecretText> unbind_key(const SecretText& bound,
                                                   std::string_view context);

}  // namespace hotswap
