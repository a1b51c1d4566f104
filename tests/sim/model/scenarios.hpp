#pragma once
// The deployments that are simulated, by what can be learnt from them.

#include "sim/model/rollout.hpp"

namespace hotswap::sim {

/// Nothing is wrong with the version: every rollback is a false one.
[[nodiscard]] std::vector<Scenario> healthy();
/// The version is innocent, but the traffic is harder than most, or nobody could know.
[[nodiscard]] std::vector<Scenario> unlucky();
/// The version is bad.
[[nodiscard]] std::vector<Scenario> faulty();

/// Of any list; throws std::out_of_range if there is none of that name.
[[nodiscard]] Scenario scenario(std::string_view name);

}  // namespace hotswap::sim
