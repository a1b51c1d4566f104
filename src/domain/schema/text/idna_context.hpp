#pragma once
// RFC 5892 appendix A: characters that are valid only beside certain others.

#include <cstddef>
#include <string_view>

namespace hotswap::schema {

[[nodiscard]] bool has_context_rule(char32_t c);
/// Whether the rule of the character at `at`, which has one, holds in its label.
[[nodiscard]] bool fits_context(std::u32string_view label, std::size_t at);

}  // namespace hotswap::schema
