#pragma once
// The bounds of every strategy as JSON: gates, deadlines, retries and hooks. They stand beside a
// strategy's other members, and in an object of their own in a stored plan. Internal to
// domain/rollout.

#include "domain/json/reader.hpp"
#include "domain/rollout/strategy.hpp"

namespace hotswap::rollout {

/// `confirm-rollout`, `pre-rollout`, …
[[nodiscard]] std::string_view to_string(HookKind kind);
void write_safeguards(json::Object& out, const Safeguards& safeguards);
/// Every mistake is the reader's; `reason` is that of a hook's own error.
[[nodiscard]] Safeguards read_safeguards(json::ObjectReader& in, const std::string& reason);

}  // namespace hotswap::rollout
