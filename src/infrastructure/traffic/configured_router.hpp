#pragma once
// The router that each service's traffic resource asks for.

#include "domain/ports/hook_caller.hpp"
#include "domain/ports/traffic_router.hpp"
#include "infrastructure/traffic/haproxy_driver.hpp"

namespace hotswap {

/// Thread-safe if the caller of webhooks is. Webhooks get
/// `{"service","environment","pool","idle","generation"}`, with the same id at every attempt of one
/// generation; anything but 2xx is Unavailable `traffic.webhook_refused`.
class ConfiguredRouter : public TrafficRouter {
 public:
  /// `reach`: where HAProxy may be.
  ConfiguredRouter(HookCaller& webhooks, net::Reach reach)
      : webhooks_(webhooks), haproxy_({}, std::move(reach)) {}
  [[nodiscard]] Result<void> route(const Traffic& traffic) override;

 private:
  [[nodiscard]] Result<void> call(const Traffic& traffic, const WebhookRouter& router);

  HookCaller& webhooks_;
  HaproxyDriver haproxy_;
};

}  // namespace hotswap
