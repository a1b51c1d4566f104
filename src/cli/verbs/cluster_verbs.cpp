#include "cli/answer.hpp"
#include "cli/human.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

std::string state_text(const json::Value& node, const Terminal& terminal) {
  const auto state = text_at(node, "state");
  const Paint paint = state == "living" ? Paint::Green
                      : state == "dead" ? Paint::Red
                                        : Paint::Yellow;
  return terminal.paint(paint, state) + (bool_at(node, "leader") ? ", leads" : "");
}

Outcome status(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto cluster = (*api)->get("/api/v1/cluster");
  if (!cluster) return std::unexpected(cluster.error());
  if (session.structured()) {
    session.print_value(std::move(*cluster));
    return ExitCode::Ok;
  }
  const auto& terminal = session.terminal();
  Table table({"NODE", "STATE", "DEPLOYMENTS", "STREAMS", "INSTANCES", "BEHIND", "CPU", "VERSION",
               "UP SINCE", "URL"});
  const auto* nodes = cluster->find("nodes");
  const auto* array = nodes == nullptr ? nullptr : nodes->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    const auto& node = (*array)[i];
    const auto started = text_at(node, "startedAt");
    table.row(
        {text_at(node, "id") + (bool_at(node, "self") ? " *" : ""), state_text(node, terminal),
         text_at(node, "deployments"), text_at(node, "streams"), text_at(node, "instances"),
         text_at(node, "behind"), text_at(node, "cpuPercent") + "%", text_at(node, "version"),
         started.empty() ? started : human_age(started, session.now()), text_at(node, "url")});
  }
  session.print(table.text(terminal));
  session.print("recommended: " + text_at(*cluster, "recommendedNodes") + " (" +
                text_at(*cluster, "recommendation") + ")\n* answered this\n");
  return ExitCode::Ok;
}

}  // namespace

void add_cluster_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("cluster", "the servers themselves");
  group->require_subcommand(1)->fallthrough();
  verbs.on(group->add_subcommand("status", "nodes, what each drives, and how many there should be"),
           status);
}

}  // namespace hotswap::cli
