#pragma once
// Keeps the streams of instances spread evenly over the nodes: asks the rule, tells the streams.

#include "domain/cluster/stream_balance.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap {

class StreamSharing {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(500);

  struct Parts {
    std::function<std::size_t()> streams;  ///< of instances that stand here
    std::function<std::size_t()> leaving;  ///< of these, told to go
    /// Tells so many, with addresses that have room; how many were told.
    std::function<std::size_t(std::size_t, const std::vector<std::string>&)> tell;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
  };
  StreamSharing(Parts parts, std::string own);

  /// Every kTick with the nodes that take work, from one thread.
  void tick(const std::vector<ClusterNode>& working);

 private:
  const Parts parts_;
  const std::string own_;
  StreamBalancer balancer_;
  Counter& hinted_;
  bool told_ = false;  ///< the log
};

}  // namespace hotswap
