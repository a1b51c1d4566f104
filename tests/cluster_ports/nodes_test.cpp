#include "cluster_ports/nodes.hpp"

namespace hotswap::cluster_ports {
namespace {

class RedisNode : public Node {
 public:
  explicit RedisNode(const std::string& id)
      : locks_(options_of(shared_redis()), "test:", id, random_source()),
        bus_(options_of(shared_redis()), "test:", id, random_source()) {}
  Locks& locks() override { return locks_; }
  Bus& bus() override { return bus_; }
  void start() override {
    bus_.start();
    ASSERT_TRUE(eventually([&] { return bus_.up(); }));
  }

 private:
  RedisLocks locks_;
  RedisBus bus_;
};

class PostgresNode : public Node {
 public:
  explicit PostgresNode(const std::string& id)
      : locks_(shared_postgres().dsn(), "test:"), bus_(shared_postgres().dsn(), id) {}
  Locks& locks() override { return locks_; }
  Bus& bus() override { return bus_; }
  void start() override {
    bus_.start();
    ASSERT_TRUE(eventually([&] { return bus_.up(); }));
  }

 private:
  PostgresLocks locks_;
  PostgresBus bus_;
};

class PreferredNode : public Node {
 public:
  explicit PreferredNode(const std::string& id) {
    auto made = cluster::Services::make({.database = shared_postgres().dsn(),
                                         .node = id,
                                         .redis = shared_redis().url(),
                                         .redis_password_file = {},
                                         .redis_ca_file = {},
                                         .redis_prefix = "test:"},
                                        random_source(), clock_, logger_);
    if (!made) throw std::runtime_error(made.error().detail);
    services_ = std::move(*made);
  }
  ~PreferredNode() override { services_->stop(); }
  Locks& locks() override { return services_->locks(); }
  Bus& bus() override { return services_->bus(); }
  void start() override {
    services_->start();
    ASSERT_TRUE(eventually([&] { return logger_.has(LogLevel::Info, "Redis is used"); }));
  }

 private:
  SystemClock clock_;
  testing::MemoryLogger logger_;
  std::unique_ptr<cluster::Services> services_;
};

}  // namespace

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::Redis:
      return "Redis";
    case Kind::Postgres:
      return "Postgres";
    case Kind::Preferred:
      return "Preferred";
  }
  return {};
}

testing::RedisServer& shared_redis() {
  static testing::RedisServer server;
  return server;
}

testing::PostgresServer& shared_postgres() {
  static testing::PostgresServer server;
  return server;
}

SystemRandom& random_source() {
  static SystemRandom random;
  return random;
}

redis::Options options_of(const testing::RedisServer& server) {
  redis::Options options;
  options.address = redis::read_url(server.url()).value();
  // Generous, since a test machine may be busy; who counts on a timeout says so.
  options.connect_timeout = options.command_timeout = 3s;
  return options;
}

std::unique_ptr<Node> make_node(Kind kind, const std::string& id) {
  switch (kind) {
    case Kind::Redis:
      return std::make_unique<RedisNode>(id);
    case Kind::Postgres:
      return std::make_unique<PostgresNode>(id);
    case Kind::Preferred:
      return std::make_unique<PreferredNode>(id);
  }
  return {};
}

}  // namespace hotswap::cluster_ports
