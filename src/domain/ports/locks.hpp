#pragma once
#include <set>
#include <string>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap {

/// Leases by name between the nodes of a cluster. They keep two nodes from doing the same work at
/// once while all is well; who writes under one also carries a fence, since a holder may stall past
/// its lease. Thread-safe.
class Locks {
 public:
  virtual ~Locks() = default;
  /// Renews those of `names` that are held here and takes those that nobody holds: which are held
  /// now. Each lasts limits::kLease from the call's start unless renewed. Unavailable when the
  /// service cannot be asked: nothing is known then.
  [[nodiscard]] virtual Result<std::set<std::string>> hold(
      const std::vector<std::string>& names) = 0;
  [[nodiscard]] virtual Result<void> release(const std::vector<std::string>& names) = 0;
};

}  // namespace hotswap
