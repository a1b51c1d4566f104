#pragma once
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// Days as people type them, `Mon-Fri`, `Sat,Sun`, `Fri-Mon`, `daily`, as the server takes them.
/// Invalid `usage` for anything else.
[[nodiscard]] Result<json::Array> days_from(std::string_view text);

}  // namespace hotswap::cli
