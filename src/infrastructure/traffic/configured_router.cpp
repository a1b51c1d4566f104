#include "infrastructure/traffic/configured_router.hpp"

#include "domain/base/overloaded.hpp"

namespace hotswap {

Result<void> ConfiguredRouter::route(const Traffic& traffic) {
  return std::visit(
      Overloaded{[](const FollowedRouter&) { return Result<void>(); },
                 [&](const HaproxyRouter& router) { return haproxy_.route(traffic, router); },
                 [&](const WebhookRouter& router) { return call(traffic, router); }},
      traffic.router);
}

Result<void> ConfiguredRouter::call(const Traffic& traffic, const WebhookRouter& router) {
  const std::string id = "traffic-" + traffic.service.str() + '-' + traffic.environment + '-' +
                         std::to_string(traffic.generation);
  const auto answer = webhooks_.call(router.url, id,
                                     json::Object{{"service", traffic.service.str()},
                                                  {"environment", traffic.environment},
                                                  {"pool", traffic.desired},
                                                  {"idle", idle_pool(traffic)},
                                                  {"generation", traffic.generation}},
                                     router.timeout, {});
  if (answer.passed) return {};
  return fail(ErrorCode::Unavailable, "traffic.webhook_refused",
              "the traffic's webhook did not confirm: " + answer.detail);
}

}  // namespace hotswap
