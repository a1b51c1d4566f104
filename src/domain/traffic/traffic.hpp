#pragma once
// Which pool of a service gets its traffic, and who is told to make it so. The desired pool is
// state like any other: a router that was away catches up.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Nobody is told; whoever follows the traffic resource (agents' templates, scripts) reports back
/// nothing, so a switch counts as done once it is stored.
struct FollowedRouter {
  bool operator==(const FollowedRouter&) const = default;
};
/// HAProxy's runtime API, by a Unix socket's path or host:port. With `map`: one entry of a map file
/// (key = service name) is set, which is atomic. Else servers of `backend` called
/// `<pool><anything>` become ready, then those of the other pool drain.
struct HaproxyRouter {
  std::string socket;
  std::string backend;
  std::string map;
  std::string key;  ///< of the map; empty: the service's name
  bool operator==(const HaproxyRouter&) const = default;
};
/// POST of the desired state, signed; a 2xx answer means that it is so now.
struct WebhookRouter {
  std::string url;
  Duration timeout = std::chrono::seconds(10);
  bool operator==(const WebhookRouter&) const = default;
};
using RouterConfig = std::variant<FollowedRouter, HaproxyRouter, WebhookRouter>;

struct Traffic {
  ServiceName service;
  std::string environment;
  std::vector<std::string> pools;  ///< two names, `blue` and `green` by default
  std::string desired = "blue";
  std::uint64_t generation = 0;  ///< of `desired`; +1 at every change of it
  std::string actual;            ///< what the router confirmed last; empty: nothing yet
  std::uint64_t confirmed = 0;   ///< generation of that
  std::string error;             ///< why it does not confirm `generation`
  RouterConfig router;
  std::string changed_by;  ///< person, or deployment
  WallTime changed_at{};
  std::uint64_t revision = 0;  ///< compare-and-swap token
  bool operator==(const Traffic&) const = default;
};
/// The other one of the two pools.
[[nodiscard]] std::string idle_pool(const Traffic& traffic);

/// `{"router":{"type":"haproxy","socket":…},"pools":["blue","green"],"live":"blue"}`; every bad
/// field at once, reason `traffic.invalid`.
[[nodiscard]] Result<Traffic> traffic_from_json(const json::Value& value);
[[nodiscard]] json::Value to_json(const Traffic& traffic);
[[nodiscard]] json::Value to_json(const RouterConfig& router);
[[nodiscard]] Result<RouterConfig> router_from_json(const json::Value& value,
                                                    const std::string& path);

}  // namespace hotswap
