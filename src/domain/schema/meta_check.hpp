#pragma once
// Schemas as documents: each is valid under the meta-schema of its dialect.

#include <optional>

#include "domain/schema/resources.hpp"

namespace hotswap::schema {

/// The mistakes of all documents in the index but the built-in, as one `schema.invalid`; nothing if
/// there are none. Resources before `first` were checked earlier. Also schema.unknown_dialect, if a
/// meta-schema of one's own does not compile.
[[nodiscard]] std::optional<Error> check_against_meta(const Resources& resources,
                                                      const CompileOptions& options,
                                                      std::size_t first = 0);

}  // namespace hotswap::schema
