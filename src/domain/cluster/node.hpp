#pragma once
// The nodes of a cluster, as each says of itself.

#include <cstdint>
#include <string>

#include "domain/base/time.hpp"

namespace hotswap {

/// How busy a node is; all of it for people and for the scale signal.
struct NodeLoad {
  double cpu = 0;               ///< share of the machine's cores, since the last beat
  std::size_t deployments = 0;  ///< that it drives
  std::size_t streams = 0;
  std::size_t instances = 0;  ///< that it hears of directly
  std::uint64_t behind = 0;   ///< changes of others that it has not followed yet
  bool operator==(const NodeLoad&) const = default;
};

struct ClusterNode {
  std::string id;    ///< name and a suffix of this start
  std::string name;  ///< as configured
  std::string url;   ///< at which it serves
  std::string version;
  WallTime started_at{};
  /// Grows with every sign of life. Whether a node lives is told by its growing, so that no two
  /// clocks are compared.
  std::uint64_t beat = 0;
  bool draining = false;
  bool leads = false;  ///< does what only one may do
  NodeLoad load;
  bool operator==(const ClusterNode&) const = default;
};

}  // namespace hotswap
