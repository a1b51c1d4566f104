#pragma once
// What deploy/compose/compose.yaml describes, started from that very file without containers: its
// PostgreSQL pair by its scripts and settings, its Redis, nodes with its command and variables, its
// HAProxy and Prometheus. Names of containers become ports of the loopback, /run/secrets a folder.

#include <map>
#include <memory>

#include "cli/api_client.hpp"
#include "cli/process/child_process.hpp"
#include "deploy/support/documents.hpp"

namespace hotswap::deploy {

class Composed {
 public:
  /// Starts the databases and two nodes, and waits until they are ready; throws if one is not.
  Composed();
  ~Composed();
  Composed(const Composed&) = delete;
  Composed& operator=(const Composed&) = delete;

  void start_haproxy();     ///< and waits until it has found a node
  void start_prometheus();  ///< with a token made as `metrics-token` makes it

  [[nodiscard]] std::string haproxy_url() const { return local(ports_.at("haproxy")); }
  [[nodiscard]] std::string prometheus_url() const { return local(ports_.at("prometheus")); }
  [[nodiscard]] std::string node_url(std::size_t node) const { return local(node_ports_[node]); }
  [[nodiscard]] cli::ChildProcess& node(std::size_t node) { return nodes_[node]; }
  [[nodiscard]] std::string admin_token() const { return admin_token_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  /// What the primary answers to a statement.
  [[nodiscard]] std::string primary_says(const std::string& sql);
  [[nodiscard]] std::string redis_says(const std::string& command);
  /// /metrics of a node.
  [[nodiscard]] std::string metrics_of(std::size_t node);

 private:
  static std::string local(int port) { return "http://127.0.0.1:" + std::to_string(port); }
  void make_secrets();
  void start_postgres();
  void start_redis();
  void start_node(std::size_t number);
  /// The text with names of containers and folders replaced by those that are here.
  [[nodiscard]] std::string here(std::string text) const;
  cli::ChildProcess run(const std::string& name, std::vector<std::string> command,
                        std::vector<std::pair<std::string, std::string>> environment = {});
  std::string shell(const std::string& name, const std::string& script);

  cli::TempFolder folder_{"hotswap-composed"};
  json::Value compose_;
  std::map<std::string, int> ports_;
  std::vector<int> node_ports_;
  std::string admin_token_;
  std::map<std::string, cli::ChildProcess> processes_;
  std::vector<cli::ChildProcess> nodes_;
};

}  // namespace hotswap::deploy
