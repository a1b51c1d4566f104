#pragma once
// Texts that probably match a regular expression, for samples. Whoever uses one matches it first.

#include <string>
#include <string_view>
#include <vector>

namespace hotswap::schema::compat {

/// A few different short texts.
[[nodiscard]] std::vector<std::string> texts_like(std::string_view pattern);

}  // namespace hotswap::schema::compat
