#pragma once
// Nodes of a cluster, as far as locks and bus go, over real servers that all tests of a process
// share.

#include <gtest/gtest.h>

#include <thread>

#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/cluster/services.hpp"
#include "infrastructure/postgres/postgres_bus.hpp"
#include "infrastructure/postgres/postgres_locks.hpp"
#include "infrastructure/redis/redis_bus.hpp"
#include "infrastructure/redis/redis_locks.hpp"
#include "servers/postgres_server.hpp"
#include "servers/redis_server.hpp"
#include "testing/memory_logger.hpp"

namespace hotswap::cluster_ports {

using namespace std::chrono_literals;
using Names = std::set<std::string>;

/// Whether it becomes true before a test would be called hung.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

enum class Kind { Redis, Postgres, Preferred };
[[nodiscard]] std::string name_of(Kind kind);

[[nodiscard]] testing::RedisServer& shared_redis();
[[nodiscard]] testing::PostgresServer& shared_postgres();
[[nodiscard]] SystemRandom& random_source();
[[nodiscard]] redis::Options options_of(const testing::RedisServer& server);

/// One node's locks and bus of a kind.
class Node {
 public:
  virtual ~Node() = default;
  virtual Locks& locks() = 0;
  virtual Bus& bus() = 0;
  /// Starts the bus and waits until it hears.
  virtual void start() = 0;
};
[[nodiscard]] std::unique_ptr<Node> make_node(Kind kind, const std::string& id);

/// What a bus has heard. Thread-safe; declared before the bus.
class Heard {
 public:
  void listen_to(Bus& bus) {
    bus.on_message([this](std::string_view message) {
      const MutexLock lock(mutex_);
      messages_.emplace_back(message);
    });
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const MutexLock lock(mutex_);
    return messages_;
  }
  [[nodiscard]] bool has(const std::string& message) const {
    const auto heard = all();
    return std::ranges::find(heard, message) != heard.end();
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> messages_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::cluster_ports
