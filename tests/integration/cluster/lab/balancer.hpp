#pragma once
// HAProxy before the nodes, at two addresses: each stream and request to the node with the fewest,
// asking /health/ready which of them take any.

#include "integration/cluster/lab/network.hpp"

namespace hotswap::lab {

class Balancer {
 public:
  struct Behind {
    std::string name, address;  ///< `address:port`
  };
  /// Starts at once; nodes may come later.
  explicit Balancer(const std::vector<Behind>& nodes);

  /// Base URLs.
  [[nodiscard]] std::vector<std::string> urls() const;

 private:
  cli::TempFolder folder_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::lab
