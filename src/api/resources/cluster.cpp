#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {
namespace {

json::Object shown(const ClusterNode& node, const ClusterService::View& view) {
  const bool lives = view.living.contains(node.id);
  return {{"id", node.id},
          {"name", node.name},
          {"url", node.url},
          {"version", node.version},
          {"startedAt", format_time(node.started_at)},
          {"state", !lives          ? "dead"
                    : node.draining ? "draining"
                                    : "living"},
          {"leader", lives && node.leads},
          {"self", node.id == view.self},
          {"deployments", static_cast<std::uint64_t>(node.load.deployments)},
          {"streams", static_cast<std::uint64_t>(node.load.streams)},
          {"instances", static_cast<std::uint64_t>(node.load.instances)},
          {"behind", node.load.behind},
          {"cpuPercent", static_cast<std::uint64_t>(node.load.cpu * 100 + 0.5)}};
}

/// A server without others.
json::Object alone(Services& services) {
  json::Object node{{"id", "local"},
                    {"name", "local"},
                    {"version", services.version},
                    {"state", "living"},
                    {"leader", true},
                    {"self", true},
                    {"streams", static_cast<std::uint64_t>(services.streams.connected())},
                    {"instances", static_cast<std::uint64_t>(services.fleet.size())}};
  return {{"clustered", false},
          {"nodes", json::Array{std::move(node)}},
          {"recommendedNodes", std::uint64_t{1}},
          {"recommendation", "with SQLite there is one node; --database makes a cluster"}};
}

}  // namespace

Result<Reply> get_cluster(Services& services, Call& call) {
  if (services.cluster == nullptr) return json_answer(200, alone(services));
  const auto view = services.cluster->view(call.caller);
  if (!view) return std::unexpected(view.error());
  json::Array nodes;
  for (const ClusterNode& node : view->nodes) nodes.emplace_back(shown(node, *view));
  return json_answer(
      200, json::Object{{"clustered", true},
                        {"nodes", std::move(nodes)},
                        {"recommendedNodes", static_cast<std::uint64_t>(view->advice.nodes)},
                        {"recommendation", view->advice.reason}});
}

}  // namespace hotswap::api
