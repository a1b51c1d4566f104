#pragma once
// Text of unknown origin (an exception's words, an instance's reason) on its way into JSON, which
// takes well-formed UTF-8 only.

#include <cstddef>
#include <string>
#include <string_view>

namespace hotswap {

/// At most `limit` bytes of `text`, cut between characters; every byte that belongs to no
/// well-formed UTF-8 sequence becomes '?'.
[[nodiscard]] std::string clip_utf8(std::string_view text, std::size_t limit);

/// Whether all of `text` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace hotswap
