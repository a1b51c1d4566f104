#include "infrastructure/cluster/services.hpp"

#include "infrastructure/cluster/preferred_bus.hpp"
#include "infrastructure/cluster/preferred_locks.hpp"
#include "infrastructure/postgres/postgres_bus.hpp"
#include "infrastructure/postgres/postgres_locks.hpp"
#include "infrastructure/redis/redis_bus.hpp"
#include "infrastructure/redis/redis_content_cache.hpp"
#include "infrastructure/redis/redis_locks.hpp"

namespace hotswap::cluster {
namespace {

constexpr auto kPostgresPrefix = "hotswap:";  // a database holds one cluster

Distribution& redis_time(Metrics& metrics, const char* operation) {
  return metrics.histogram("hotswap_redis_seconds", "Time of commands to Redis, by what for",
                           {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1},
                           {{"operation", operation}});
}

class OverPostgres final : public Services {
 public:
  explicit OverPostgres(const ServicesOptions& options)
      : locks_(options.database, kPostgresPrefix), bus_(options.database, options.node) {}
  Locks& locks() override { return locks_; }
  Bus& bus() override { return bus_; }
  ContentCache* contents() override { return nullptr; }
  void show(Metrics&) override {}
  void start() override { bus_.start(); }
  void stop() override { bus_.stop(); }

 private:
  PostgresLocks locks_;
  PostgresBus bus_;
};

class OverBoth final : public Services {
 public:
  OverBoth(const ServicesOptions& options, const redis::Options& redis, Random& random,
           const Clock& clock, Logger& logger)
      : state_(logger),
        postgres_locks_(options.database, kPostgresPrefix),
        postgres_bus_(options.database, options.node),
        redis_locks_(redis, options.redis_prefix, options.node, random),
        redis_bus_(redis, options.redis_prefix, options.node, random),
        contents_(redis, options.redis_prefix, random),
        locks_({redis_locks_, [this] { return redis_bus_.up(); }, postgres_locks_, clock, state_}),
        bus_(redis_bus_, [this] { return redis_bus_.up(); }, postgres_bus_) {
    redis_bus_.on_change([this](const Error* error) { state_.set(RedisState::Part::Bus, error); });
    redis_bus_.on_unsent(
        [this](std::string_view message) { postgres_bus_.publish(std::string(message)); });
  }
  Locks& locks() override { return locks_; }
  Bus& bus() override { return bus_; }
  ContentCache* contents() override { return &contents_; }
  void show(Metrics& metrics) override {
    state_.show(metrics);
    redis_locks_.measure(redis_time(metrics, "locks"));
    contents_.measure(redis_time(metrics, "contents"));
  }
  void start() override {
    postgres_bus_.start();
    redis_bus_.start();
  }
  void stop() override {
    redis_bus_.stop();
    postgres_bus_.stop();
  }

 private:
  RedisState state_;
  PostgresLocks postgres_locks_;
  PostgresBus postgres_bus_;
  RedisLocks redis_locks_;
  RedisBus redis_bus_;
  RedisContentCache contents_;
  PreferredLocks locks_;
  PreferredBus bus_;
};

}  // namespace

Result<std::unique_ptr<Services>> Services::make(const ServicesOptions& options, Random& random,
                                                 const Clock& clock, Logger& logger) {
  if (options.redis.empty()) return std::make_unique<OverPostgres>(options);
  auto address = redis::read_url(options.redis);
  if (!address) return std::unexpected(std::move(address.error()));
  redis::Options redis;
  redis.address = std::move(*address);
  redis.password_file = options.redis_password_file;
  if (auto password = redis::password_of(redis); !password)
    return std::unexpected(std::move(password.error()));
  if (redis.address.tls) {
    auto tls = redis::Tls::load(options.redis_ca_file);
    if (!tls) return std::unexpected(std::move(tls.error()));
    redis.tls = std::move(*tls);
  }
  return std::make_unique<OverBoth>(options, redis, random, clock, logger);
}

}  // namespace hotswap::cluster
