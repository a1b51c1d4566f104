#pragma once
#include "api/server/http.hpp"
#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::api {

/// The body of a route that takes documents: JSON, YAML or TOML by Content-Type, as one value.
/// UnsupportedMediaType for anything else; Malformed and TooLarge as the readers say.
[[nodiscard]] Result<json::Value> read_document(const Request& request);

}  // namespace hotswap::api
