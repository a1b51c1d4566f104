#pragma once
#include "domain/ports/logger.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap {

/// Whose line it is: a deployment's id, profile, version and strategy.
void add_deployment_fields(LogFields& fields, const Deployment& deployment);

/// What was decided and is stored: turning points as lines of their own, everything else of the
/// timeline at debug level.
void log_decision(Logger& logger, const Decision& decision, WallTime now);

}  // namespace hotswap
