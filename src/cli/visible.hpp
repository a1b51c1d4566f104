#pragma once
// Characters that steer whoever shows them: controls, and those that turn the direction of text.

#include <cstddef>
#include <string>
#include <string_view>

namespace hotswap::cli {

/// Bytes of the steering character at the front, 0 if there is none: U+0000–001F, U+007F–009F,
/// U+202A–202E, U+2066–2069.
[[nodiscard]] std::size_t steering_length(std::string_view text);

/// JSON or YAML as it was written, with what steers beyond ASCII (which stands in quotes only) as
/// \u and four digits: the same value, harmless on a terminal.
[[nodiscard]] std::string with_escapes(std::string_view text);

}  // namespace hotswap::cli
