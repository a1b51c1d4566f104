#pragma once
#include <vector>

#include "domain/fleet/instance.hpp"
#include "domain/rollout/plan.hpp"

namespace hotswap {

/// Tells instances that their desired state has changed. Best effort: an instance that misses it
/// sees its desired state when it connects, and every heartbeat's answer names what changed.
class Delivery {
 public:
  virtual ~Delivery() = default;
  /// All assignments are of one profile. Deliver and Stage carry content, Activate only names the
  /// hash. The sends are spread evenly over `spread`. Must not block on slow instances.
  virtual void assigned(const std::vector<Assignment>& assignments, AssignMode mode,
                        Duration spread) = 0;
};

}  // namespace hotswap
