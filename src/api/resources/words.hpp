#pragma once
// The few words that every resource says.

#include <string>
#include <string_view>

#include "api/router.hpp"

namespace hotswap::api {

[[nodiscard]] Response json_answer(int status, const json::Value& value);
/// 201 (or another status) with Location.
[[nodiscard]] Response located(int status, std::string location, const json::Value& value);
[[nodiscard]] Response no_content();

/// The token of the Authorization header; empty if there is none.
[[nodiscard]] std::string_view bearer_token(const Request& request);
/// Whether the Accept header names this media type itself (`*/*` does not count).
[[nodiscard]] bool asks_for(const Request& request, std::string_view media_type);
/// The media type of the body without parameters, in lower case.
[[nodiscard]] std::string content_type_of(const Request& request);
[[nodiscard]] bool is_json_type(std::string_view content_type);

/// `key=value` of a label filter. Invalid `query.invalid` for anything else.
[[nodiscard]] Result<std::pair<std::string, std::string>> label_filter(const Query& query);

/// The first path value as a profile's name.
[[nodiscard]] ProfileName profile_in(const Call& call);

}  // namespace hotswap::api
