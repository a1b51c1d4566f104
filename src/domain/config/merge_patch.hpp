#pragma once
// JSON Merge Patch (RFC 7396).

#include "domain/json/value.hpp"

namespace hotswap::json {

/// `patch` over `target`: null removes a member, objects merge, anything else replaces.
[[nodiscard]] Value merge_patch(Value target, const Value& patch);

}  // namespace hotswap::json
