#include "orchestrator/stream_sharing.hpp"

namespace hotswap {

StreamSharing::StreamSharing(Parts parts, std::string own)
    : parts_(std::move(parts)),
      own_(std::move(own)),
      hinted_(parts_.metrics.counter("hotswap_streams_hinted_total",
                                     "Streams that were asked to go to another node",
                                     {{"why", "balance"}})) {}

void StreamSharing::tick(const std::vector<ClusterNode>& working) {
  StreamCounts counts{parts_.streams(), parts_.leaving(), {}};
  bool among = false;
  for (const ClusterNode& node : working) {
    among = among || node.id == own_;
    if (node.id != own_) counts.others.push_back(node.load.streams);
  }
  // One that drains sends everybody away by other means.
  const std::size_t due = among ? balancer_.due(counts, parts_.clock.mono()) : 0;
  if (balancer_.balancing() != std::exchange(told_, balancer_.balancing()) && told_)
    parts_.logger.info("cluster", "asks streams to go to nodes with fewer of them",
                       {{"streams", counts.mine}, {"mean", counts.mean()}});
  if (due == 0) return;
  hinted_.add(static_cast<double>(parts_.tell(due, stream_destinations(working, own_))));
}

}  // namespace hotswap
