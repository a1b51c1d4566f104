#include "domain/traffic/traffic.hpp"

#include <algorithm>

#include "domain/base/overloaded.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr const char* kReason = "traffic.invalid";
constexpr std::size_t kPoolBytes = 64;
constexpr std::size_t kWordBytes = 512;
constexpr std::size_t kUrlBytes = 2048;
constexpr Duration kTimeoutMin = std::chrono::milliseconds(100);
constexpr Duration kTimeoutMax = std::chrono::minutes(1);

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What may stand in a command of the runtime API: nothing that would end or split it.
bool is_word(std::string_view text, std::string_view marks) {
  return !text.empty() && text.size() <= kWordBytes && std::ranges::all_of(text, [&](char c) {
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

bool is_pool(std::string_view text) {
  return text.size() <= kPoolBytes && is_word(text, "._-") && is_letter_or_digit(text.front());
}

bool is_socket(std::string_view text) {
  if (text.starts_with('/')) return text.size() < 108 && text.find('\0') == std::string_view::npos;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = text.substr(colon + 1);
  return is_word(text.substr(0, colon), ".-_:[]") && !port.empty() && port.size() <= 5 &&
         std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_url(std::string_view text) {
  const bool scheme = text.starts_with("http://") || text.starts_with("https://");
  return scheme && text.size() <= kUrlBytes && text.find("://") + 3 < text.size() &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c != '\x7f'; });
}

std::string optional_word(json::ObjectReader& in, std::string_view name, std::string_view marks) {
  auto text = in.optional_string(name).value_or("");
  if (!in.has(name) || is_word(text, marks)) return text;
  in.mistake(name, "pattern",
             "must have 1 to 512 letters, digits and " + std::string(marks) + ", without blanks");
  return text;
}

RouterConfig read_haproxy(json::ObjectReader& in) {
  HaproxyRouter router;
  router.socket = in.required_string("socket");
  router.backend = optional_word(in, "backend", "._:-");
  router.map = optional_word(in, "map", "/._:#@-");
  router.key = optional_word(in, "key", "/._:-");
  if (in.has("socket") && !is_socket(router.socket))
    in.mistake("socket", "format",
               "must be the path of HAProxy's stats socket (/run/haproxy/admin.sock) or HOST:PORT");
  if (in.has("map") == in.has("backend"))
    in.mistake(in.has("map") ? "backend" : "map", "oneOf",
               "either `map` (one entry of a map is set) or `backend` (its servers become ready "
               "and drain) must be given");
  if (in.has("key") && !in.has("map")) in.mistake("key", "dependency", "belongs to `map`");
  return router;
}

RouterConfig read_webhook(json::ObjectReader& in) {
  WebhookRouter router;
  router.url = in.required_string("url");
  if (in.has("url") && !is_url(router.url))
    in.mistake("url", "format", "must be an http or https address");
  router.timeout = in.optional_duration("timeout").value_or(router.timeout);
  if (router.timeout < kTimeoutMin || router.timeout > kTimeoutMax)
    in.mistake("timeout", "range", "must lie between PT0.1S and PT1M");
  return router;
}

std::vector<std::string> read_pools(json::ObjectReader& in) {
  if (!in.has("pools")) return {"blue", "green"};
  auto pools = in.optional_strings("pools");
  if (pools.size() != 2) {
    in.mistake("pools", "size", "must be the names of two pools");
    return pools;
  }
  for (const std::string& pool : pools)
    if (!is_pool(pool))
      in.mistake("pools", "pattern",
                 "a pool's name has 1 to 64 letters, digits and . _ -, beginning with a letter or "
                 "digit");
  // Servers of a pool are known by the beginning of their names.
  if (pools[0].starts_with(pools[1]) || pools[1].starts_with(pools[0]))
    in.mistake("pools", "distinct", "no pool's name may begin with the other's");
  return pools;
}

}  // namespace

std::string idle_pool(const Traffic& traffic) {
  for (const std::string& pool : traffic.pools)
    if (pool != traffic.desired) return pool;
  return {};
}

Result<RouterConfig> router_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  const std::string type = in.required_string("type");
  RouterConfig router;
  if (type == "haproxy") {
    router = read_haproxy(in);
  } else if (type == "webhook") {
    router = read_webhook(in);
  } else if (in.has("type") && type != "followed") {
    in.mistake("type", "enum", "must be followed, haproxy or webhook");
  }
  if (auto bad = in.finish(kReason)) return std::unexpected(*bad);
  return router;
}

Result<Traffic> traffic_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Traffic traffic;
  traffic.pools = read_pools(in);
  traffic.desired =
      in.optional_string("live").value_or(traffic.pools.empty() ? "" : traffic.pools[0]);
  if (in.has("live") && std::ranges::find(traffic.pools, traffic.desired) == traffic.pools.end())
    in.mistake("live", "enum", "must be one of the two pools");
  if (const auto* router = in.optional_value("router")) {
    auto read = router_from_json(*router, in.path_of("router"));
    if (read) {
      traffic.router = std::move(*read);
    } else {
      in.absorb(read.error());
    }
  }
  if (auto bad = in.finish(kReason)) return std::unexpected(*bad);
  return traffic;
}

json::Value to_json(const RouterConfig& router) {
  return std::visit(
      Overloaded{[](const FollowedRouter&) { return json::Object{{"type", "followed"}}; },
                 [](const HaproxyRouter& haproxy) {
                   json::Object out{{"type", "haproxy"}, {"socket", haproxy.socket}};
                   if (!haproxy.backend.empty()) out.append("backend", haproxy.backend);
                   if (!haproxy.map.empty()) out.append("map", haproxy.map);
                   if (!haproxy.key.empty()) out.append("key", haproxy.key);
                   return out;
                 },
                 [](const WebhookRouter& webhook) {
                   return json::Object{{"type", "webhook"},
                                       {"url", webhook.url},
                                       {"timeout", format_duration(webhook.timeout)}};
                 }},
      router);
}

json::Value to_json(const Traffic& traffic) {
  json::Array pools;
  for (const std::string& pool : traffic.pools) pools.emplace_back(pool);
  const auto or_null = [](const std::string& text) {
    return text.empty() ? json::Value() : json::Value(text);
  };
  return json::Object{{"service", traffic.service.str()},
                      {"environment", traffic.environment},
                      {"pools", std::move(pools)},
                      {"live", traffic.desired},
                      {"idle", idle_pool(traffic)},
                      {"generation", traffic.generation},
                      {"actual", or_null(traffic.actual)},
                      {"confirmed", traffic.confirmed},
                      {"switching", traffic.confirmed != traffic.generation},
                      {"error", or_null(traffic.error)},
                      {"router", to_json(traffic.router)},
                      {"changedBy", traffic.changed_by},
                      {"changedAt", format_time(traffic.changed_at)},
                      {"revision", traffic.revision}};
}

}  // namespace hotswap
