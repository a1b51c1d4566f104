#pragma once
// What follows a backslash and stands for characters, inside and outside of a class.

#include <variant>

#include "domain/schema/text/ecma_class.hpp"
#include "domain/schema/text/ecma_cursor.hpp"

namespace hotswap::schema {

/// From after the backslash; outside of a class the caller has taken `\b`, `\B`, `\k` and back
/// references already. A letter or digit that means nothing is refused; the sign in `\-`, `\_` or
/// `\@`, which flag u forbids, can mean only itself and does.
[[nodiscard]] std::variant<char32_t, CharSet> read_escape(Cursor& cursor, bool in_class);
/// `\uXXXX`, two of them for one character, or `\u{…}`, from after the `u`; may be a surrogate.
[[nodiscard]] char32_t read_unicode_escape(Cursor& cursor);

}  // namespace hotswap::schema
