#pragma once
// Real servers over one real PostgreSQL that forces every commit to disk.

#include <memory>
#include <vector>

#include "perf/support/server.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::perf {

/// What the database has done so far.
struct DatabaseWork {
  double transactions = 0, statements = 0, wal_bytes = 0;
};

class Nodes {
 public:
  Nodes();
  Server& add(const std::string& heartbeat_interval = "30s");
  [[nodiscard]] Server& operator[](std::size_t index) { return *servers_[index]; }
  [[nodiscard]] std::size_t size() const { return servers_.size(); }
  /// Removes the node that was killed.
  void forget(std::size_t index);
  [[nodiscard]] testing::PostgresServer& postgres() { return postgres_; }
  [[nodiscard]] double number(const std::string& sql) { return std::stod(postgres_.sql(sql)); }
  /// What was done between two looks; statements include those of idle nodes.
  [[nodiscard]] DatabaseWork work();

 private:
  testing::PostgresServer postgres_;
  cli::TempFolder folder_;
  int named_ = 0;
  std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace hotswap::perf
