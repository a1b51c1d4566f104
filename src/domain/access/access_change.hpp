#pragma once
// What may be done to a profile's lists, and how a change of them is told.

#include "domain/access/access.hpp"

namespace hotswap {

/// Conflict `access.lockout` if whoever makes the change could not take it back: only an Admin
/// could.
[[nodiscard]] Result<void> may_take_back(const Principal& principal, const Access& after);
/// `owners +team:pay -ann; approval none`; empty if they are the same.
[[nodiscard]] std::string access_difference(const Access& before, const Access& after);

}  // namespace hotswap
