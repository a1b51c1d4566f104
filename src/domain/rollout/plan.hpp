#pragma once
// Steps as data: what one machine (decide.hpp) runs for every strategy, shown before anything
// moves.

#include <cstddef>
#include <vector>

#include "domain/rollout/strategy.hpp"

namespace hotswap {

/// Deliver = stage and activate at once; Switch gives nobody anything: traffic goes to the pool.
enum class AssignMode { Deliver, Stage, Activate, Switch };
enum class Gate { None, Manual };  ///< Manual waits for promote

struct Step {
  std::size_t cohort = 0;  ///< the first `cohort` targets have the version after this step
  double percentage = 0;   ///< of all targets, for people
  AssignMode mode = AssignMode::Deliver;
  Duration soak{};  ///< watched this long after every target acknowledged
  Gate gate = Gate::None;
  bool judged = true;  ///< health decides at the end of the soak (and fails at once before)
  Duration delivery_spread{};
  bool idle = false;  ///< the cohort has no traffic yet: only checks can tell of its health
  bool operator==(const Step&) const = default;
};

struct Plan {
  std::vector<Step> steps;
  Duration bake{};
  Duration ack_timeout = std::chrono::seconds(30);
  Duration revert_window = std::chrono::hours(72);
  std::size_t failure_budget = 0;    ///< targets
  bool continue_on_failure = false;  ///< Rolling with stopOnFailure false
  Safeguards safeguards;
  bool operator==(const Plan&) const = default;
};

/// `targets` ≥ 1, of which the first `idle` are the pool without traffic (BlueGreen in pool mode:
/// deliver to the idle pool and check it, switch, keep the old pool warm, then give it the version
/// as well; with nobody idle it cannot switch and is one delivery to all). Pure. At most
/// limits::kSteps steps (batches of a large fleet grow); steps that would add nobody are left out,
/// except in Custom. `percentage` is the true exposure.
[[nodiscard]] Plan plan(const Strategy& strategy, std::size_t targets, std::size_t idle = 0);
/// Sum of soaks and bake: the least time a healthy deployment takes.
[[nodiscard]] Duration expected_duration(const Plan& plan);
[[nodiscard]] json::Value to_json(const Plan& plan);
[[nodiscard]] Result<Plan> plan_from_json(const json::Value& value);

}  // namespace hotswap
