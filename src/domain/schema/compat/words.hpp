#pragma once
// Whether two schema documents say the same but for words. A proof that needs no understanding of
// what they say, so it holds for schemas of any size and with any keyword.

#include "domain/json/value.hpp"

namespace hotswap::schema::compat {

/// Equal but for titles, descriptions, comments and examples, which are text that no reference can
/// take for a schema.
[[nodiscard]] bool same_but_for_words(const json::Value& before, const json::Value& after);

}  // namespace hotswap::schema::compat
