#pragma once
#include <array>
#include <optional>

#include "domain/base/error.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap::cluster {

/// Whether Redis answers, told to people: a warning at each switch, and `hotswap_redis_up`, which
/// is 1 while all parts use it. Thread-safe.
class RedisState {
 public:
  enum class Part { Bus, Locks };

  explicit RedisState(Logger& logger) : logger_(logger) {}
  /// From now on the metric is kept. `metrics` must outlive this.
  void show(Metrics& metrics);
  /// `error`: why PostgreSQL is used now; null: Redis is.
  void set(Part part, const Error* error);

 private:
  void publish() HS_REQUIRES(mutex_);

  Logger& logger_;
  Mutex mutex_;
  Gauge* gauge_ HS_GUARDED_BY(mutex_) = nullptr;
  std::array<std::optional<bool>, 2> up_ HS_GUARDED_BY(mutex_);  ///< by Part; nothing: not known
};

}  // namespace hotswap::cluster
