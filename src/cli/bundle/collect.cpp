#include "cli/answer.hpp"
#include "cli/bundle/bundle.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

/// Deployments under way whose details go into a bundle.
constexpr std::size_t kDeployments = 100;
constexpr std::size_t kInstances = 2000;
/// The last ones that have ended tell what went before.
constexpr std::size_t kEnded = 20;

/// A line of the log to a line, as it was written.
void take_log(Bundle& bundle, Api& api, const std::string& folder) {
  const auto answer = api.get("/api/v1/admin/log");
  const std::string name = folder + "log.ndjson";
  if (!answer) return bundle.miss(name, "GET /api/v1/admin/log", answer.error());
  std::string lines;
  for (const auto& line : items_at(*answer, "lines")) lines += json::write(line) + '\n';
  bundle.add(name, "GET /api/v1/admin/log", lines);
}

/// Also one that is not ready, which answers 503 with what it misses.
void take_readiness(Bundle& bundle, Api& api, const std::string& folder) {
  const std::string name = folder + "ready.json";
  const auto answer = api.get("/health/ready");
  if (answer) return bundle.add(name, "GET /health/ready", json::write_pretty(*answer) + '\n');
  if (api.problem())
    return bundle.add(name, "GET /health/ready", json::write_pretty(*api.problem()) + '\n');
  bundle.miss(name, "GET /health/ready", answer.error());
}

void take_deployment(Bundle& bundle, Api& api, const std::string& id) {
  const std::string folder = "deployments/" + id + '/';
  static_cast<void>(bundle.take(api, folder + "deployment.json", deployment_path(id)));
  static_cast<void>(
      bundle.take(api, folder + "explanation.json", deployment_path(id, "explanation")));
  static_cast<void>(
      bundle.take(api, folder + "timeline.json", deployment_path(id, "events") + "?limit=500"));
}

void take_list(Bundle& bundle, Api& api, const std::string& name, const std::string& path,
               std::size_t limit) {
  auto items = api.list(path, limit);
  const std::string from = "GET " + path;
  if (!items) return bundle.miss(name, from, items.error());
  bundle.add(name, from, json::write_pretty(json::Value(std::move(*items))) + '\n');
}

}  // namespace

void collect_node(Bundle& bundle, Api& api, const std::string& name) {
  const std::string folder = "nodes/" + name + '/';
  take_readiness(bundle, api, folder);
  static_cast<void>(bundle.take(api, folder + "diagnostics.json", "/api/v1/admin/diagnostics"));
  static_cast<void>(bundle.take(api, folder + "log-levels.json", "/api/v1/admin/log-levels"));
  take_log(bundle, api, folder);
  bundle.take_text(api, folder + "metrics.txt", {.path = "/metrics", .accept = "text/plain"});
}

void collect_shared(Bundle& bundle, Api& api) {
  static_cast<void>(bundle.take(api, "cluster.json", "/api/v1/cluster"));
  const std::string active = "/api/v1/deployments?active=true";
  auto running = api.list(active, kDeployments);
  if (running) {
    bundle.add("deployments/active.json", "GET " + active,
               json::write_pretty(json::Value(*running)) + '\n');
    for (const auto& deployment : *running) take_deployment(bundle, api, text_at(deployment, "id"));
  } else {
    bundle.miss("deployments/active.json", "GET " + active, running.error());
  }
  take_list(bundle, api, "deployments/newest.json", "/api/v1/deployments", kEnded);
  take_list(bundle, api, "instances.json", "/api/v1/instances", kInstances);
  static_cast<void>(bundle.take(api, "calendar.json", "/api/v1/calendar"));
  static_cast<void>(bundle.take(api, "retention.json", "/api/v1/retention"));
  static_cast<void>(bundle.take(api, "secret-rotation.json", "/api/v1/secrets/rotation"));
  take_list(bundle, api, "dead-letters.json", "/api/v1/notifications/dead-letters", kEnded);
}

}  // namespace hotswap::cli
