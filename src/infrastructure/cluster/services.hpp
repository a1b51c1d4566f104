#pragma once
// What the nodes of a cluster share beside the store: locks and a bus over PostgreSQL, and over
// Redis as long as there is one.

#include <memory>

#include "domain/ports/bus.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/content_cache.hpp"
#include "domain/ports/locks.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/random.hpp"

namespace hotswap::cluster {

struct ServicesOptions {
  std::string database;                   ///< of PostgreSQL
  std::string node;                       ///< id of this one, different at each start
  std::string redis;                      ///< URL (infrastructure/redis/address.hpp); empty: none
  std::string redis_password_file;        ///< may be empty
  std::string redis_ca_file;              ///< PEM; empty: the machine's authorities
  std::string redis_prefix = "hotswap:";  ///< of keys and channel
};

/// Thread-safe but for start() and stop().
class Services {
 public:
  /// Connects to nothing: neither need be there yet. Invalid: the URL or a file cannot be used.
  /// The collaborators must outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Services>> make(const ServicesOptions& options,
                                                              Random& random, const Clock& clock,
                                                              Logger& logger);
  virtual ~Services() = default;

  [[nodiscard]] virtual Locks& locks() = 0;
  [[nodiscard]] virtual Bus& bus() = 0;
  /// Null without Redis.
  [[nodiscard]] virtual ContentCache* contents() = 0;
  /// Keeps `hotswap_redis_up` and the times of commands from now on, if there is a Redis. `metrics`
  /// must outlive stop().
  virtual void show(Metrics& metrics) = 0;
  /// The bus begins; its listener is set before.
  virtual void start() = 0;
  virtual void stop() = 0;
};

}  // namespace hotswap::cluster
