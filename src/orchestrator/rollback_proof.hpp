#pragma once
// Whether everybody could go back to what they run now: found out before anything moves.

#include "domain/rollout/deployment.hpp"
#include "orchestrator/fleet_types.hpp"
#include "orchestrator/schema_verdicts.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

/// `standing` is that of `deployment`'s targets, in their order. Looks at each version that
/// `deployment`'s targets would go back to: it is stored, parses, satisfies `schema` (the
/// profile's, as it is now; nothing: it has none), and its secrets can be had. What instances' own
/// schemas say of them stands in deployment.fit. Errors are the store's.
[[nodiscard]] Result<RollbackProof> prove_rollback(const Deployment& deployment,
                                                   const std::optional<SchemaRef>& schema,
                                                   std::span<const Standing> standing,
                                                   VersionCache& versions,
                                                   SchemaVerdicts& verdicts);

/// In a sentence; empty when there is nothing that people should know.
[[nodiscard]] std::string rollback_notice(const RollbackProof& proof, std::size_t targets);

}  // namespace hotswap
