#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace hotswap::api {

/// The line on which a TOML text first nests deeper than `levels` by its keys and brackets. Looked
/// for before it is parsed: toml++ bounds brackets but not keys such as `a.a.a.a…`, whose tables it
/// frees recursively. Text that is no TOML gets any answer, but one.
[[nodiscard]] std::optional<std::size_t> too_deep_line(std::string_view text, std::size_t levels);

}  // namespace hotswap::api
