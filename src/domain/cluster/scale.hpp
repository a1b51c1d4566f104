#pragma once
// How many nodes a cluster should have, as a hint for whoever scales it.

#include <optional>
#include <string>
#include <vector>

#include "domain/cluster/node.hpp"

namespace hotswap {

struct ScaleAdvice {
  std::size_t nodes = 1;
  std::string reason;  ///< in words
  bool operator==(const ScaleAdvice&) const = default;
};

/// Watches the nodes over time. One more when a node drives more than kDeployments on average, or
/// the nodes have been busier than kBusy for kBusyFor; one less when they have been idler than
/// kIdle for kIdleFor and the others could take the deployments.
class ScaleAdvisor {
 public:
  static constexpr std::size_t kDeployments = 80;
  static constexpr double kBusy = 0.6;
  static constexpr double kIdle = 0.2;
  static constexpr Duration kBusyFor = std::chrono::minutes(5);
  static constexpr Duration kIdleFor = std::chrono::minutes(15);

  /// The nodes that work now.
  void seen(const std::vector<ClusterNode>& working, MonoTime now);
  [[nodiscard]] ScaleAdvice advice(MonoTime now) const;

 private:
  std::size_t nodes_ = 1, deployments_ = 0;
  std::optional<MonoTime> busy_since_, idle_since_;
};

}  // namespace hotswap
