#pragma once
// A real HAProxy in front of two pools.

#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::integration {

using cli::free_port;

struct PoolServer {
  std::string name;  ///< begins with its pool: `blue1`
  int port = 0;
};

/// Frontends on ports of their own: `by_map` sends each request to the pool that the map names
/// (blue first), `by_servers` to the ready servers of backend `pay` (blue's first), `everybody` to
/// all servers. Health checks GET /healthz every 200 ms.
class Haproxy {
 public:
  /// Starts and waits until the runtime socket answers.
  explicit Haproxy(std::vector<PoolServer> servers);

  [[nodiscard]] std::string socket() const { return (folder_.path() / "admin.sock").string(); }
  [[nodiscard]] std::string map() const { return (folder_.path() / "pools.map").string(); }
  [[nodiscard]] int by_map() const { return by_map_; }
  [[nodiscard]] int by_servers() const { return by_servers_; }
  [[nodiscard]] int everybody() const { return everybody_; }
  [[nodiscard]] cli::ChildProcess& process() { return process_; }
  void stop();
  void start();

 private:
  [[nodiscard]] std::string config() const;

  cli::TempFolder folder_;
  std::vector<PoolServer> servers_;
  int by_map_, by_servers_, everybody_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::integration
