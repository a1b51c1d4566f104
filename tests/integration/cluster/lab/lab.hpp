#pragma once
// The whole cluster: PostgreSQL with its standby, Redis, three nodes, HAProxy. Started once per
// program; a case leaves it whole for the next one.

#include <array>
#include <memory>
#include <optional>

#include "integration/cluster/lab/balancer.hpp"
#include "integration/cluster/lab/node.hpp"
#include "integration/cluster/lab/postgres_pair.hpp"
#include "integration/cluster/lab/redis.hpp"

namespace hotswap::lab {

inline constexpr std::size_t kNodes = 3;

struct LabOptions {
  bool redis = true;  ///< else the nodes speak to each other by PostgreSQL
  /// Of the nodes; instances beat every two seconds, and are silent after two of these.
  std::string heartbeat = "3s";
  int disk_mb = 400;  ///< of each PostgreSQL, in memory; small enough to be filled
};

class Lab {
 public:
  explicit Lab(const LabOptions& options);

  [[nodiscard]] PostgresPair& postgres() { return *postgres_; }
  [[nodiscard]] Redis& redis() { return *redis_; }
  [[nodiscard]] bool has_redis() const { return redis_ != nullptr; }
  [[nodiscard]] Node& node(std::size_t index) { return *nodes_[index]; }
  [[nodiscard]] const std::array<std::unique_ptr<Node>, kNodes>& nodes() const { return nodes_; }

  /// For a client: the balancer's addresses with an administrator's token.
  [[nodiscard]] cli::ApiOptions client(std::size_t number = 0) const;
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] std::vector<std::string> urls() const { return balancer_->urls(); }
  /// Asks through the balancer, on the main thread.
  [[nodiscard]] cli::Api& api() { return *api_; }

  /// Every node runs, answers /health/ready, and the balancer knows. Throws after a minute.
  void heal();
  /// Which living node holds the lock of this deployment, by the service that locks are on.
  [[nodiscard]] std::optional<std::size_t> owner(const std::string& deployment);

 private:
  [[nodiscard]] std::optional<std::size_t> owner_by_postgres(const std::string& deployment);

  cli::TempFolder folder_;
  std::unique_ptr<PostgresPair> postgres_;
  std::unique_ptr<Redis> redis_;
  std::string token_;
  std::array<std::unique_ptr<Node>, kNodes> nodes_;
  std::unique_ptr<Balancer> balancer_;
  std::unique_ptr<cli::Api> api_;
};

}  // namespace hotswap::lab
