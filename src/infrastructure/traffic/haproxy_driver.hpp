#pragma once
// Makes a pool live in HAProxy, without a reload: by one entry of a map, or by the state of a
// backend's servers.

#include <functional>
#include <string>
#include <vector>

#include "domain/ports/traffic_router.hpp"
#include "infrastructure/traffic/haproxy_socket.hpp"

namespace hotswap {

/// How long things may take.
struct HaproxyPatience {
  Duration answer = std::chrono::seconds(3);          ///< of one command
  Duration servers_ready = std::chrono::seconds(15);  ///< until health checks passed
  Duration look_again = std::chrono::milliseconds(100);
};

class HaproxyDriver {
 public:
  /// `reach`: whom the sockets that are configured may lead to.
  explicit HaproxyDriver(HaproxyPatience patience = {},
                         net::Reach reach = net::Reach::of_operator())
      : patience_(patience), reach_(std::move(reach)) {}

  /// With a map: the entry is set (added, if it is not there) and read back. Else every server of
  /// the desired pool is made ready and must pass its health check, and only then do those of the
  /// other pool drain: requests in flight end where they are. If the desired pool does not become
  /// healthy, its servers are put back as they were, and the other pool stays. Idempotent.
  /// Errors: the socket's; Unavailable `haproxy.not_ready` naming the servers.
  [[nodiscard]] Result<void> route(const Traffic& traffic, const HaproxyRouter& router) const;

 private:
  HaproxyPatience patience_;
  net::Reach reach_;
};

}  // namespace hotswap
