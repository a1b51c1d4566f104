#pragma once
// Values as messages show them: short, and never a secret.

#include <string>
#include <string_view>
#include <vector>

#include "domain/json/value.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {

/// JSON text of at most about 60 characters, or `(secret)`.
[[nodiscard]] std::string quote(const json::Value& value, const PlainView* secrets);
[[nodiscard]] std::string quote_text(std::string_view text);
/// Whether the value is a secret or holds one.
[[nodiscard]] bool is_hidden(const json::Value& value, const PlainView* secrets);
/// At most about `limit` bytes, cut between characters, with an ellipsis.
[[nodiscard]] std::string clipped(std::string text, std::size_t limit = 60);

/// Names at most two edits (insert, delete, replace, swap neighbours) away; the nearest, or empty.
[[nodiscard]] std::string_view nearest_name(std::string_view word,
                                            const std::vector<std::string_view>& candidates);

}  // namespace hotswap::schema
