#include "domain/cluster/scale.hpp"

#include <algorithm>

namespace hotswap {

void ScaleAdvisor::seen(const std::vector<ClusterNode>& working, MonoTime now) {
  nodes_ = std::max<std::size_t>(working.size(), 1);
  deployments_ = 0;
  double cpu = 0;
  for (const ClusterNode& node : working) {
    deployments_ += node.load.deployments;
    cpu += node.load.cpu;
  }
  cpu /= static_cast<double>(nodes_);
  const auto keep = [now](std::optional<MonoTime>& since, bool holds) {
    if (!holds)
      since.reset();
    else if (!since)
      since = now;
  };
  keep(busy_since_, cpu > kBusy);
  keep(idle_since_, cpu < kIdle);
}

ScaleAdvice ScaleAdvisor::advice(MonoTime now) const {
  if (deployments_ > kDeployments * nodes_)
    return {nodes_ + 1, std::to_string(deployments_) + " deployments run, more than " +
                            std::to_string(kDeployments) + " a node"};
  if (busy_since_ && now - *busy_since_ >= kBusyFor)
    return {nodes_ + 1, "the nodes have been busier than 60 % for 5 minutes"};
  const bool others_suffice = nodes_ > 1 && deployments_ <= kDeployments * (nodes_ - 1);
  if (others_suffice && idle_since_ && now - *idle_since_ >= kIdleFor)
    return {nodes_ - 1, "the nodes have been idler than 20 % for 15 minutes"};
  return {nodes_, "the load suits the nodes"};
}

}  // namespace hotswap
