#pragma once
// Errors as HTTP: the only place that knows which ErrorCode is which status. The body is RFC 9457's
// application/problem+json.

#include <string_view>

#include "api/server/http.hpp"
#include "domain/base/error.hpp"

namespace hotswap::api {

[[nodiscard]] int status_of(ErrorCode code);

/// The answer for an error. `path` and `trace_id` say where it happened; Error::internal stays
/// inside. 401 carries WWW-Authenticate, 429 and 503 carry Retry-After.
[[nodiscard]] Response problem(const Error& error, std::string_view path,
                               std::string_view trace_id);

/// The error behind a refusal of the transport (Handler::refuse).
[[nodiscard]] Error transport_error(int status, std::string_view why);

/// An answer with the status of a refusal of the transport, which knows more statuses than we do.
[[nodiscard]] Response transport_problem(int status, std::string_view why, std::string_view path,
                                         std::string_view trace_id);

}  // namespace hotswap::api
