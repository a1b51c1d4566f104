#pragma once
#include <functional>

#include "domain/config/profile.hpp"

namespace hotswap {

/// The document of a version that was read with its content, its secrets as their plain values.
using OpenVersion = std::function<Result<json::Value>(const Version&)>;

/// The same with sealed secrets left as they are: nothing is known of them.
[[nodiscard]] Result<json::Value> parse_version(const Version& version);

}  // namespace hotswap
