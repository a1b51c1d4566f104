#pragma once
// Regular expressions of ECMA-262 (flag u), checked by its grammar and rewritten in PCRE2's.
//
// Where flag u forbids what without it can mean only one thing, it is accepted with that meaning:
// `\-`, a lone `]`, `{` or `}`, the hyphen in `[\w-.]`. Everything that is PCRE2's alone (atomic
// groups, possessive repeats, verbs, inline flags, comments, recursion) is refused.

#include <expected>
#include <string>
#include <string_view>

#include "domain/schema/text/ecma_cursor.hpp"

namespace hotswap::schema {

/// PCRE2 10.42 looks behind by a fixed number of characters only. WalkBack tries the characters
/// before one by one instead, by recursion: slower, with any length.
enum class Lookbehind { Fixed, WalkBack };

/// To be compiled with UTF, DOLLAR_ENDONLY and MATCH_UNSET_BACKREF. What repeats a character more
/// often than a text of limits::kDocumentBytes has room for repeats without end.
[[nodiscard]] std::expected<std::string, Complaint> to_pcre(std::u32string_view ecma,
                                                            Lookbehind lookbehind);

}  // namespace hotswap::schema
