#include "perf/bench/nodes.hpp"

#include <fstream>

#include "perf/support/give_up.hpp"

namespace hotswap::perf {

Nodes::Nodes()
    : postgres_({.fsync = true, .settings = {"shared_preload_libraries=pg_stat_statements"}}),
      folder_("hotswap-bench-cluster") {
  postgres_.sql("CREATE EXTENSION pg_stat_statements");
  std::ofstream(folder_.path() / "jwt.key") << "a key of the benchmark, thirty-two bytes";
}

Server& Nodes::add(const std::string& heartbeat_interval) {
  const std::string name = "node-" + std::to_string(++named_);
  servers_.push_back(std::make_unique<Server>(
      ServerOptions{.heartbeat_interval = heartbeat_interval,
                    .arguments = {"--database", postgres_.dsn(), "--node-name", name,
                                  "--jwt-key-file", (folder_.path() / "jwt.key").string()}}));
  return *servers_.back();
}

void Nodes::forget(std::size_t index) {
  servers_.erase(servers_.begin() + static_cast<std::ptrdiff_t>(index));
}

DatabaseWork Nodes::work() {
  return {number("SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database"),
          number("SELECT sum(calls) FROM pg_stat_statements"),
          number("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")};
}

}  // namespace hotswap::perf
