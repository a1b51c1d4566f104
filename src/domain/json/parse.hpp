#pragma once
#include <cstddef>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/value.hpp"

namespace hotswap::json {

struct ParseLimits {
  std::size_t bytes = limits::kBodyBytes;
  int depth = limits::kJsonDepth;
};

/// Strict RFC 8259. Refuses, with code Malformed (TooLarge for size) and line and column in the
/// detail: invalid UTF-8, a byte order mark, lone surrogates, duplicate names
/// (`json.duplicate_name`, with the JSONPath), nesting beyond the limit (`json.too_deep`), trailing
/// text.
[[nodiscard]] Result<Value> parse(std::string_view text, ParseLimits limits = {});

}  // namespace hotswap::json
