#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/server/http.hpp"
#include "domain/base/error.hpp"

namespace hotswap::api {

/// A strong tag of these bytes.
[[nodiscard]] std::string etag_of(std::string_view body);
/// The same, with a revision in front, so that a read's tag also serves an update's If-Match even
/// if other parts of the view have changed since.
[[nodiscard]] std::string etag_of(std::uint64_t revision, std::string_view body);

/// Whether an If-None-Match header names the tag (lists, weak tags and `*` included).
[[nodiscard]] bool none_match_hits(std::string_view header, std::string_view etag);

/// The revision that an If-Match header asks for; nothing if it is absent or `*`.
/// PreconditionFailed `etag.unknown` for a tag that is none of ours.
[[nodiscard]] Result<std::optional<std::uint64_t>> revision_wanted(std::string_view if_match);

[[nodiscard]] std::string_view header_of(const Response& response, std::string_view name);

/// Gives a 200 answer its ETag, if it has none, and turns it into 304 if the client has it already.
void apply_conditions(const Request& request, Response& response);

}  // namespace hotswap::api
