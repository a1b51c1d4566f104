#include "tidy/rules/layers.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace hotswap::tidy {
namespace {

/// `files`: a path begins with it. `may`: what its includes may begin with. The first row that fits
/// decides.
struct Row {
  std::string_view files;
  std::vector<std::string_view> may;
  std::string_view instead;
};

const std::vector<Row>& table() {
  static const std::vector<Row> kRows = {
      {"src/domain/base/", {"domain/base/"}, "base stands below everything"},
      {"src/domain/json/", {"domain/json/", "domain/base/"}, "json stands on base alone"},
      {"src/domain/", {"domain/"}, "the domain is pure; add a port to domain/ports/"},
      {"src/orchestrator/",
       {"orchestrator/", "domain/"},
       "use a port of domain/ports/ and let src/app/ hand in its implementation"},
      {"src/infrastructure/sqlite/",
       {"infrastructure/sqlite/", "infrastructure/sql/", "infrastructure/store/", "domain/"},
       "drivers do not know each other; share through infrastructure/sql or a port"},
      {"src/infrastructure/postgres/",
       {"infrastructure/postgres/", "infrastructure/sql/", "infrastructure/store/", "domain/"},
       "drivers do not know each other; share through infrastructure/sql or a port"},
      {"src/infrastructure/sql/",
       {"infrastructure/sql/", "infrastructure/store/", "domain/"},
       "SQL text knows no driver: use sql::Session"},
      {"src/infrastructure/memory/",
       {"infrastructure/memory/", "infrastructure/store/", "domain/"},
       "drivers do not know each other; share through infrastructure/store or a port"},
      {"src/infrastructure/prometheus/",
       {"infrastructure/prometheus/", "infrastructure/http_client/", "domain/"},
       "ask by infrastructure/http_client"},
      {"src/infrastructure/jwks/",
       {"infrastructure/jwks/", "infrastructure/http_client/", "domain/"},
       "ask by infrastructure/http_client"},
      {"src/infrastructure/s3/",
       {"infrastructure/s3/", "infrastructure/http_client/", "domain/"},
       "ask by infrastructure/http_client"},
      {"src/infrastructure/vault/",
       {"infrastructure/vault/", "infrastructure/http_client/", "domain/"},
       "ask by infrastructure/http_client"},
      {"src/infrastructure/kubernetes/",
       {"infrastructure/kubernetes/", "infrastructure/http_client/", "domain/"},
       "ask by infrastructure/http_client"},
      {"src/infrastructure/syslog/",
       {"infrastructure/syslog/", "infrastructure/http_client/", "domain/"},
       "send by infrastructure/http_client"},
      {"src/infrastructure/notify/",
       {"infrastructure/notify/", "infrastructure/http_client/", "domain/"},
       "send by infrastructure/http_client"},
      {"src/infrastructure/syslog/",
       {"infrastructure/syslog/", "infrastructure/http_client/", "domain/"},
       "send by infrastructure/http_client"},
      {"src/infrastructure/otlp/",
       {"infrastructure/otlp/", "infrastructure/http_client/", "domain/"},
       "send by infrastructure/http_client"},
      {"src/infrastructure/cluster/",
       {"infrastructure/cluster/", "infrastructure/postgres/", "infrastructure/redis/", "domain/"},
       "it chooses between the two drivers of the cluster's ports, and knows no others"},
      {"src/infrastructure/", {"domain/"}, "drivers share through domain/ports/, never directly"},
      {"src/api/",
       {"api/", "orchestrator/", "domain/"},
       "call a use case of orchestrator/ or a port of domain/ports/"},
      {"src/cli/",
       {"cli/", "infrastructure/http_client/", "domain/"},
       "the command line is a client: go through the HTTP API"},
      {"src/agent/",
       {"agent/", "hotswap/", "infrastructure/http_client/", "domain/"},
       "the agent is a client: use the SDK or the HTTP API"},
      {"src/app/", {""}, ""},
      {"sdk/", {"hotswap/", "domain/", "sdk/"}, "the SDK is installed without the server"},
      {"examples/", {"hotswap/", "payment_service/"}, "an example shows what a stranger may use"},
      {"tests/", {""}, ""},
  };
  return kRows;
}

/// Quoted includes of the project; `plain.hpp` beside the file has no folder and is always allowed.
bool is_ours(const Include& include) {
  return include.target.find('/') != std::string::npos &&
         (!include.angled || include.target.starts_with("hotswap/"));
}

/// src/infrastructure/http_client/curl.cpp → infrastructure/http_client/
std::string folder_of(std::string_view path) {
  if (path.starts_with("src/")) path.remove_prefix(4);
  return std::string(path.substr(0, path.rfind('/') + 1));
}

bool allowed(const Row& row, const Source& source, const Include& include) {
  const auto begins = [&](std::string_view prefix) { return include.target.starts_with(prefix); };
  if (std::ranges::any_of(row.may, begins)) return true;
  return row.files == "src/infrastructure/" && begins(folder_of(source.path));
}

using Graph = std::map<std::string, std::set<std::string>>;

/// A circle reachable from `node`, or nothing. `path` is how the walk came here.
std::vector<std::string> find_circle(const Graph& graph, const std::string& node,
                                     std::vector<std::string>& path, std::set<std::string>& done) {
  if (const auto seen = std::ranges::find(path, node); seen != path.end()) {
    std::vector<std::string> circle(seen, path.end());
    circle.push_back(node);
    return circle;
  }
  if (!graph.contains(node) || !done.insert(node).second) return {};
  path.push_back(node);
  for (const auto& next : graph.at(node)) {
    if (auto circle = find_circle(graph, next, path, done); !circle.empty()) return circle;
  }
  path.pop_back();
  return {};
}

}  // namespace

Findings check_layers(const std::vector<Source>& sources) {
  Findings findings;
  for (const auto& source : sources) {
    const auto fits = [&](const Row& row) { return source.path.starts_with(row.files); };
    const auto row = std::ranges::find_if(table(), fits);
    if (row == table().end()) {
      findings.push_back({source.path, 0, "no layer of the table: add a row to layers.cpp"});
      continue;
    }
    for (const auto& include : includes_of(source)) {
      if (!is_ours(include) || allowed(*row, source, include)) continue;
      findings.push_back({source.path, include.line,
                          std::string(row->files) + " must not include " + include.target + ": " +
                              std::string(row->instead)});
    }
  }
  return findings;
}

Findings check_cycles(const std::vector<Source>& sources) {
  Graph graph;
  for (const auto& source : sources) {
    if (!source.path.starts_with("src/")) continue;
    const auto from = folder_of(source.path);
    for (const auto& include : includes_of(source)) {
      const auto to = folder_of(include.target);
      // A folder and those inside it are one thing.
      if (is_ours(include) && !to.starts_with(from) && !from.starts_with(to))
        graph[from].insert(to);
    }
  }
  std::set<std::string> done;
  for (const auto& [node, targets] : graph) {
    std::vector<std::string> path;
    const auto circle = find_circle(graph, node, path, done);
    if (circle.empty()) continue;
    std::string text = "folders include each other in a circle:";
    for (const auto& folder : circle) text += " " + folder;
    return {{"src/" + node, 0, text + ": move what both need below both"}};
  }
  return {};
}

}  // namespace hotswap::tidy
