#pragma once
// A deployment as the screen shows it, read from the API's answer.

#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

struct StepView {
  std::size_t cohort = 0;  ///< targets that have the version after this step
  double percentage = 0;
  std::string mode;  ///< Deliver, Stage, Activate or Switch
  std::string soak;  ///< ISO 8601
};
struct TargetView {
  std::string instance, name, zone, state, reason;
};
struct DeploymentView {
  std::string id, profile, version, strategy, state, reason, phase, since, created_at;
  std::string bake;  ///< ISO 8601, after the last step
  std::size_t step = 0;
  std::vector<StepView> steps;
  std::vector<TargetView> targets;
  std::vector<std::string> notes;  ///< what it waits for, and what speaks against it

  [[nodiscard]] bool terminal() const;
  [[nodiscard]] bool succeeded() const { return state == "Succeeded"; }
  /// Until the last step is watched, if nothing waits for a person and nothing goes wrong; nothing
  /// when it is over, undone or held.
  [[nodiscard]] std::optional<Duration> to_go(WallTime now) const;
  /// Targets among the first `cohort` that run (or, for a staging step, hold) the version.
  [[nodiscard]] std::size_t done_in(const StepView& reached) const;
};

[[nodiscard]] DeploymentView deployment_view(const json::Value& answer);
[[nodiscard]] Paint state_paint(std::string_view state);

/// One line: what, how, state.
[[nodiscard]] std::string headline(const DeploymentView& view, const Terminal& terminal);
/// The whole live block: headline, a bar per step, the instances' states, how long it still takes,
/// notes.
[[nodiscard]] std::vector<std::string> live_block(const DeploymentView& view, WallTime now,
                                                  const Terminal& terminal);
/// One timeline event as a line: time, kind, message.
[[nodiscard]] std::string event_line(const json::Value& event, const Terminal& terminal);

}  // namespace hotswap::cli
