#pragma once
// Unicode property escapes: ECMA-262 knows them by the exact names of the Unicode database, PCRE2
// by short ones.

#include <string>

#include "domain/schema/text/ecma_cursor.hpp"

namespace hotswap::schema {

/// `p{…}` or `P{…}`, from after the backslash, in PCRE2's words; fit for a class, too. A script's
/// name is PCRE2's to know.
[[nodiscard]] std::string read_property(Cursor& cursor);

}  // namespace hotswap::schema
