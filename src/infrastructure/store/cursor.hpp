#pragma once
// Page cursors, the same in every store: the key of the last item seen, wrapped so that a cursor of
// another list, a cut one or an invented one is refused instead of misread.

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/ports/store.hpp"

namespace hotswap::store {

/// `list` names the kind of list (`profiles`); URL-safe text.
[[nodiscard]] std::string encode_cursor(std::string_view list, std::string_view key);
/// The key; Invalid `cursor.invalid` unless encode_cursor made it for the same list.
[[nodiscard]] Result<std::string> decode_cursor(std::string_view list, std::string_view cursor);
/// The same for lists ordered by a number.
[[nodiscard]] Result<std::uint64_t> decode_number_cursor(std::string_view list,
                                                         std::string_view cursor);

/// The same for lists ordered by a time, in milliseconds, and a number.
[[nodiscard]] Result<std::pair<std::int64_t, std::uint64_t>> decode_time_cursor(
    std::string_view list, std::string_view cursor);

/// The page's size within 1 … limits::kPageMax.
[[nodiscard]] std::size_t page_limit(const PageRequest& request);

}  // namespace hotswap::store
