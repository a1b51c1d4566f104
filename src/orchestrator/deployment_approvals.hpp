#pragma once
// What is said of a deployment that needs, or did without, a second person.

#include "domain/ports/changes.hpp"
#include "orchestrator/caller.hpp"

namespace hotswap {

/// For the audit's line of its start: ` (waits for an approval)`, ` (glass broken: …)`, or nothing.
[[nodiscard]] std::string approval_words(const Deployment& deployment);
/// Timeline and notices of a start that waits, or that broke the glass; nothing otherwise.
void tell_of_approval(const Caller& caller, const Deployment& deployment, ChangeSet& changes);

}  // namespace hotswap
