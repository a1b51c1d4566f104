#pragma once
// What the routes of schemas share.

#include <string>

#include "api/router.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {

/// The first path value as a schema's name.
[[nodiscard]] SchemaId schema_in(const Call& call);
[[nodiscard]] std::string schema_location(const SchemaVersion& version);
/// Text for people has at most limits::kDescriptionBytes.
void check_length(json::ObjectReader& in, std::string_view name, const std::string& text);
/// Of a version that the path names: where nothing fits, there is nothing to read (404), and a
/// selector that is none stands in the path.
[[nodiscard]] Error of_a_read(Error error);
/// Cached answers about profiles say which version they follow: it may be another one now.
void forget_followers(Services& services, const SchemaId& schema);

}  // namespace hotswap::api
