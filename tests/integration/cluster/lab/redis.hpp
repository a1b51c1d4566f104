#pragma once
// A redis-server at a place of its own, without persistence.

#include "integration/cluster/lab/network.hpp"

namespace hotswap::lab {

class Redis {
 public:
  Redis();

  [[nodiscard]] std::string url() const { return "redis://" + place_.address() + ":6379"; }
  [[nodiscard]] Place& place() { return place_; }
  void start();  ///< again, empty
  void kill();
  [[nodiscard]] bool running() { return process_.running(); }
  /// Asks by redis-cli; what it printed.
  std::string ask(const std::vector<std::string>& command);

 private:
  cli::TempFolder folder_;
  Place place_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::lab
