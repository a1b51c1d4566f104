#pragma once
// A real Prometheus that scrapes one program every second.

#include <string>

#include "cli/process/child_process.hpp"

namespace hotswap::integration {

class Prometheus {
 public:
  /// Starts and waits until it answers queries.
  explicit Prometheus(int scraped_port);

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void kill();  ///< SIGKILL

 private:
  cli::TempFolder folder_{"hotswap-prometheus"};
  int port_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::integration
