#pragma once
// Four eyes: a deployment that waits for a second person, and when it has to.

#include <optional>
#include <set>
#include <string>

#include "domain/access/access.hpp"
#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// What a deployment that needs a second person knows of that.
struct Approval {
  enum class State {
    Waiting,
    Approved,
    BreakGlass  ///< started without, by somebody who may
  };
  State state = State::Waiting;
  WallTime expires{};  ///< while Waiting: cancelled then
  std::string by;      ///< who approved, or broke the glass
  std::string reason;  ///< of theirs
  WallTime at{};       ///< of their word
  bool operator==(const Approval&) const = default;
};
[[nodiscard]] std::string_view to_string(Approval::State state);
[[nodiscard]] json::Value to_json(const Approval& approval);
[[nodiscard]] Result<Approval> approval_from_json(const json::Value& value);

/// The server's rule; a profile may say otherwise (Access::approval).
struct ApprovalPolicy {
  std::set<std::string> environments;  ///< whose deployments need a second person
  Duration patience = std::chrono::hours(24);
};
/// `environment=Production,environment=Staging`, in any case; empty: none.
[[nodiscard]] Result<std::set<std::string>> approval_rule_from_text(std::string_view text);
[[nodiscard]] bool needs_approval(const ApprovalPolicy& policy, const Access& access,
                                  const std::string& environment);

}  // namespace hotswap
