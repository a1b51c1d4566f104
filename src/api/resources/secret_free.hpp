#pragma once
// Secrets do not go where somebody may read along.

#include "api/router.hpp"
#include "api/server/stream.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::api {

/// Whether nobody between the caller and this server can read along: TLS, or this machine.
[[nodiscard]] bool fit_for_secrets(const Request& request);

/// Whether a frame, or the members of a slot, hold plain secrets.
[[nodiscard]] bool holds_secrets(std::string_view rendered);

/// Passes on what holds no secrets; what does is withheld, and told in the log once. `logger`
/// outlives it.
[[nodiscard]] std::shared_ptr<EventStream> secret_free(std::shared_ptr<EventStream> stream,
                                                       Logger& logger, std::string instance);

}  // namespace hotswap::api
