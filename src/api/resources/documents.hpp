#pragma once
// The OpenAPI document and the pages made of it and of docs/errors.md, embedded in the binary.

#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::api {

extern const std::string_view kOpenApiYaml;  ///< src/api/openapi.yaml
extern const std::string_view kErrorsText;   ///< docs/errors.md

/// The document as JSON.
[[nodiscard]] const json::Value& openapi_document();
/// All routes, readable, without anything from elsewhere.
[[nodiscard]] std::string docs_html();
/// docs/errors.md with an anchor per reason.
[[nodiscard]] std::string errors_html();

}  // namespace hotswap::api
