#pragma once
// Secrets do not go where somebody may read along (Caller::fit_for_secrets).

#include "api/server/stream.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::api {

/// Whether a frame, or the members of a slot, hold plain secrets.
[[nodiscard]] bool holds_secrets(std::string_view rendered);

/// Passes on what holds no secrets; what does is withheld, and told in the log once. `logger`
/// outlives it.
[[nodiscard]] std::shared_ptr<EventStream> secret_free(std::shared_ptr<EventStream> stream,
                                                       Logger& logger, std::string instance);

}  // namespace hotswap::api
