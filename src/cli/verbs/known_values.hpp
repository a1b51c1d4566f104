#pragma once
#include "cli/definitions/complete.hpp"
#include "cli/session.hpp"

namespace hotswap::cli {

/// Names that only the server knows (profiles, versions, deployments …) for `asked.ask`, those that
/// begin as typed. Empty, and soon, when nobody answers.
[[nodiscard]] std::vector<Candidate> known_values(Session& session, const Completion& asked);

}  // namespace hotswap::cli
