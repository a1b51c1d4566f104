#pragma once
// Many rows as one text: each value with its length in front. A fourth of the time of JSON.

#include "domain/ports/store.hpp"

namespace hotswap::sql {

[[nodiscard]] std::string to_text(const change::PutTargets& change);
[[nodiscard]] std::string to_text(const change::PutAssignments& change);
/// Internal `store.corrupt` for what those have not written.
[[nodiscard]] Result<change::PutTargets> targets_from_text(std::string_view text);
[[nodiscard]] Result<change::PutAssignments> assignments_from_text(std::string_view text);

}  // namespace hotswap::sql
