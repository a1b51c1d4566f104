#pragma once
#include "domain/traffic/traffic.hpp"

namespace hotswap {

/// Makes the desired pool the live one, outside. Idempotent: asked again after an error or a crash.
class TrafficRouter {
 public:
  virtual ~TrafficRouter() = default;
  /// Blocking, limited in time. An error says in words what the router answered.
  [[nodiscard]] virtual Result<void> route(const Traffic& traffic) = 0;
};

}  // namespace hotswap
