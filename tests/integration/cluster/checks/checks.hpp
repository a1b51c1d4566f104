#pragma once
// What must hold after every case, found out from the outside: by the API and by what the instances
// say that they ran. Each breach is a line of words; none is what a test wants.

#include <string>
#include <vector>

#include "cli/api_client.hpp"
#include "integration/cluster/fleet/fleet.hpp"

namespace hotswap::checks {

using Words = std::vector<std::string>;

/// Kinds of its events, in order.
[[nodiscard]] std::vector<std::string> kinds(cli::Api& api, const std::string& deployment);
/// Its timeline, a line each: what a person would look at first.
[[nodiscard]] std::string story(cli::Api& api, const std::string& deployment);
/// One ending, and each step begun and completed at most once.
[[nodiscard]] Words happened_once(cli::Api& api, const std::string& deployment);
/// No instance ran the version before its step began, or without one. The version must be this
/// deployment's alone.
[[nodiscard]] Words kept_to_cohorts(cli::Api& api, const std::string& deployment,
                                    const std::vector<fleet::Applied>& record);
/// Every target runs what the deployment's end says; waits for it.
[[nodiscard]] Words converged(cli::Api& api, const std::string& deployment,
                              const fleet::Fleet& fleet);
[[nodiscard]] Words audit_is_whole(cli::Api& api);
/// The same generation of a profile is never assigned twice to an instance, nor goes backwards.
[[nodiscard]] Words generations_grow(const std::vector<fleet::Applied>& record);

}  // namespace hotswap::checks
