#pragma once
// One `hotswap server` of the cluster at a place of its own.

#include <optional>

#include "cli/api_client.hpp"
#include "integration/cluster/lab/network.hpp"

namespace hotswap::lab {

class Node {
 public:
  struct Options {
    std::string database;
    std::string redis;     ///< empty: none
    std::string key_file;  ///< of tokens, the same at all nodes
    std::string token;     ///< an administrator's
    std::string heartbeat = "3s";
  };
  Node(int number, Options options);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string address() const { return place_.address() + ":8400"; }
  [[nodiscard]] Place& place() { return place_; }
  [[nodiscard]] cli::ChildProcess& process() { return process_; }

  void launch();      ///< does not wait
  void wait_ready();  ///< until it listens; throws with its log if it ends or never does
  void start() {
    launch();
    wait_ready();
  }
  void kill();                     ///< kill -9
  void freeze();                   ///< SIGSTOP
  void thaw();                     ///< SIGCONT
  std::optional<int> terminate();  ///< SIGTERM, and waits: its exit code

  /// Its clock is not the machine's from the next start on, but this far from it.
  void shift_clock(std::chrono::seconds by);
  /// The same at once, in the middle of its work; it was started with a shifted clock.
  void step_clock(std::chrono::seconds by);
  void own_clock() { clock_.reset(); }  ///< the machine's again, from the next start on

  /// Speaks to this node, not to the balancer. On the thread that made the node.
  [[nodiscard]] cli::Api& api() { return *api_; }
  /// Sum over the label sets of a counter or gauge; 0 if it is not there.
  [[nodiscard]] double metric(const std::string& name);
  [[nodiscard]] std::string log() const;

 private:
  std::string name_;
  Options options_;
  Place place_;
  cli::TempFolder folder_;
  cli::ChildProcess process_;
  std::unique_ptr<cli::Api> api_;
  std::optional<std::filesystem::path> clock_;  ///< what libfaketime reads
};

}  // namespace hotswap::lab
