#pragma once
// RFC 6902 JSON Patch: made from two documents, and applied to one.

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// The array of operations that turns `from` into `to`: applied, it gives `to` byte for byte in
/// canonical form. Items are moved where they can be matched (match.hpp).
[[nodiscard]] json::Value to_patch(const json::Value& from, const json::Value& to);

/// The document after all operations, or, if any fails, an Invalid `patch.invalid` whose field
/// names the operation (`$[3].path`). Refuses patches that would nest the result too deep or whose
/// copies and shifts cost more than any honest patch does.
[[nodiscard]] Result<json::Value> apply_patch(const json::Value& document,
                                              const json::Value& patch);

}  // namespace hotswap
