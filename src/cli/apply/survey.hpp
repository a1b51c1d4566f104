#pragma once
#include "cli/api_client.hpp"
#include "cli/apply/plan.hpp"

namespace hotswap::cli {

/// Asks the server what is there and plans. What the server would refuse, as far as it can be known
/// before, is a Refused item: a broken schema, a content that its schema does not take. An error
/// that concerns no single thing (nobody answers, not allowed) is the result.
[[nodiscard]] Result<std::vector<PlanItem>> survey(Api& api, const Wanted& wanted);

/// Marks the versions that are not what is live: why, in words.
[[nodiscard]] Result<void> mark_deploys(Api& api, const Wanted& wanted,
                                        std::vector<PlanItem>& items);

/// The body of a registration.
[[nodiscard]] json::Object registration_json(const WantedSchema& wanted);

}  // namespace hotswap::cli
