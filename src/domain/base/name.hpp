#pragma once
#include <string_view>

namespace hotswap {

/// Whether `text` may name a profile, a service or a schema: `[a-z0-9]([a-z0-9._-]*[a-z0-9])?`,
/// ≤ limits::kNameBytes.
[[nodiscard]] bool is_name(std::string_view text);
/// What a name must be, in words, for the message of a field.
inline constexpr const char* kNameRule =
    "must have 1 to 128 of a-z 0-9 . _ - and begin and end with a letter or digit";

}  // namespace hotswap
