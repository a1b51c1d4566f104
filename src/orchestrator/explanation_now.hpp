#pragma once
#include <optional>

#include "domain/calendar/calendar.hpp"
#include "domain/rollout/deployment.hpp"
#include "orchestrator/explanation_words.hpp"

namespace hotswap::explain {

/// What stands around a deployment.
struct Surroundings {
  /// What the calendar says of a start now; nothing: it was not asked.
  std::optional<Permission> calendar{};
  bool health_told = false;  ///< how health of the step under way is was told before, in full
};

/// Where a deployment stands: what it waits for, since when, and what would happen next. Pure.
struct Standing {
  std::vector<std::string> sentences;  ///< whole story of the present, in order
  std::string waits_for;               ///< empty once it has ended
  std::optional<WallTime> since{};     ///< of the wait, or of the end
  std::string next;                    ///< what would happen next; never empty
  std::optional<WallTime> next_at{};   ///< by itself, if nothing happens before
};
[[nodiscard]] Standing standing_of(const Deployment& deployment, const Surroundings& around,
                                   WallTime now);

}  // namespace hotswap::explain
