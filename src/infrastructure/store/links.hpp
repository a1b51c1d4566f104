#pragma once
// What the stores share about schemas.

#include <optional>
#include <string>
#include <vector>

#include "domain/schema/registry/registered.hpp"

namespace hotswap::store {

/// The schema's id in a link's text (`payments@^1` → `payments`), whether or not the rest can be
/// read: profiles of older programs may hold any text.
[[nodiscard]] std::string linked_schema(const std::string& link);

/// The one with the highest number, as latest_of() orders them; of several the first by id.
[[nodiscard]] std::optional<SchemaRef> latest_ref_of(const std::vector<SchemaRef>& refs);

}  // namespace hotswap::store
