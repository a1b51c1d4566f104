#pragma once
// RFC 5893: labels of a host name in which some are written from right to left.

#include <string_view>

namespace hotswap::schema {

[[nodiscard]] bool has_right_to_left(std::u32string_view label);
/// Section 2, for one label.
[[nodiscard]] bool keeps_bidi_rule(std::u32string_view label);

}  // namespace hotswap::schema
