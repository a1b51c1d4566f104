#pragma once
#include <string>
#include <string_view>

#include "domain/json/value.hpp"

namespace hotswap {

/// The unified diff (three lines of context) of both documents' indented text, as `diff -u` and
/// `patch` know it; empty if the texts are the same. Names stand in the header lines.
[[nodiscard]] std::string unified_diff(const json::Value& from, const json::Value& to,
                                       std::string_view from_name, std::string_view to_name);

}  // namespace hotswap
