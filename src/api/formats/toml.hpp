#pragma once
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {

/// A TOML 1.0 document as a JSON object, members in the order of the text. Numbers keep their exact
/// text where JSON can write it (`0x1F` becomes 31, `1_000.50` becomes 1000.50); dates and times
/// become strings as RFC 3339 writes them. Refuses with Malformed `toml.malformed` (line and column
/// in the detail): what TOML refuses, infinities and NaN, and nesting beyond the limit.
[[nodiscard]] Result<json::Value> toml_to_json(std::string_view text,
                                               json::ParseLimits limits = {});

}  // namespace hotswap::api
