#pragma once
// Assignments that are chosen within the commit, so that nobody who registers meanwhile, on
// whatever node, falls between two.

#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<void> assign_first(Session& session, const change::PutFirstAssignments& change,
                                        Committed& committed);
[[nodiscard]] Result<void> assign_rest(Session& session, const change::AssignRest& change,
                                       Committed& committed);

}  // namespace hotswap::sql
