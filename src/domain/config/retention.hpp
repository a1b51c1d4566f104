#pragma once
// Which versions of a profile keep their content in the store, and which go to the archive.

#include <set>
#include <vector>

#include "domain/config/profile.hpp"
#include "domain/config/retention_policy.hpp"
#include "domain/fleet/instance.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap {

/// The first that holds, in this order; Archived: its content is there already.
enum class Retained { Archived, InUse, Tagged, Newest, Young, No };
[[nodiscard]] std::string_view to_string(Retained why);

/// Versions that somebody runs, shall run or may have to go back to.
[[nodiscard]] std::set<SemVer> versions_in_use(const Profile& profile,
                                               const std::vector<Assignment>& assignments,
                                               const std::vector<Observation>& observations,
                                               const std::optional<Deployment>& active);

struct RetentionVerdict {
  SemVer number;
  Retained why = Retained::No;
};
/// One verdict for each of `versions`, which are all of a profile's, newest upload first.
[[nodiscard]] std::vector<RetentionVerdict> judge_retention(const RetentionPolicy& policy,
                                                            const std::vector<Version>& versions,
                                                            const std::set<SemVer>& in_use,
                                                            WallTime now);

}  // namespace hotswap
