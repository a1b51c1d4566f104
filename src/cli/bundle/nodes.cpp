// Whom a bundle is about: the server, others by their address, the whole cluster.
#include <algorithm>
#include <set>

#include "cli/answer.hpp"
#include "cli/bundle/bundle.hpp"

namespace hotswap::cli {
namespace {

/// For one that the cluster counts as dead: it may only be cut off from the store, and its log
/// would tell why, but it is not worth a long wait.
constexpr Duration kDeadPatience = std::chrono::seconds(5);

struct KnownNode {
  std::string id;
  std::string url;
  bool dead = false;
};

/// A name that can be a folder's.
std::string folder_name(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 80)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    out += plain ? c : '_';
  }
  return out.empty() || out.front() == '.' ? "node" + out : out;
}

std::string address_of(const Api& api) {
  const auto& server = api.options().server;
  const auto scheme = server.find("://");
  return scheme == server.npos ? server : server.substr(scheme + 3);
}

/// Another word of it would not come either.
bool is_silence(const Error& error) {
  return error.reason == "server.unreachable" || error.reason == "server.timeout" ||
         error.reason == kNotHotSwap;
}

/// The nodes that take part in a bundle, one after the other.
class Tour {
 public:
  explicit Tour(Bundle& bundle) : bundle_(bundle) {}

  /// `known`: as the cluster knows it, if it does.
  void visit(Api& api, const KnownNode& known = {}) {
    const auto view = api.get("/api/v1/admin/log-levels");
    if (!view && is_silence(view.error())) return misses(api, known, view.error());
    const auto own = view ? text_at(*view, "node") : std::string();
    if (!known.id.empty() && !own.empty() && own != known.id) {
      return misses(api, known,
                    {ErrorCode::Unavailable,
                     "server.unreachable",
                     api.options().server + " is " + own + " now",
                     {},
                     {}});
    }
    const auto name = folder_name(!own.empty()        ? own
                                  : !known.id.empty() ? known.id
                                                      : address_of(api));
    if (!taken_.insert(name).second) return;
    names_.emplace_back(name);
    collect_node(bundle_, api, name);
  }

  void visit(const ApiOptions& like, const KnownNode& known) {
    if (known.url.empty()) {
      return miss(known.id, "GET /api/v1/cluster",
                  {ErrorCode::Unavailable,
                   "server.unreachable",
                   "it has not told at which address it serves (--advertise-url)",
                   {},
                   {}});
    }
    ApiOptions options = like;
    options.server = known.url;
    if (known.dead) options.timeout = std::min(options.timeout, kDeadPatience);
    Api node(std::move(options));
    visit(node, known);
  }

  void miss(const std::string& name, const std::string& from, const Error& error) {
    bundle_.miss("nodes/" + (name.empty() ? name : folder_name(name) + '/'), from, error);
  }

  [[nodiscard]] json::Array names() && { return std::move(names_); }

 private:
  void misses(const Api& api, const KnownNode& known, Error why) {
    if (known.dead) why.detail += " (the cluster counts it as dead)";
    miss(known.id.empty() ? address_of(api) : known.id, "GET " + api.options().server, why);
  }

  Bundle& bundle_;
  std::set<std::string> taken_;
  json::Array names_;
};

/// All but the one that is asked, as it knows them.
Result<std::vector<KnownNode>> others(Api& api) {
  const auto cluster = api.get("/api/v1/cluster");
  if (!cluster) return std::unexpected(cluster.error());
  std::vector<KnownNode> nodes;
  for (const auto& node : items_at(*cluster, "nodes")) {
    if (bool_at(node, "self")) continue;
    nodes.push_back({text_at(node, "id"), text_at(node, "url"), text_at(node, "state") == "dead"});
  }
  return nodes;
}

}  // namespace

json::Array collect_nodes(Bundle& bundle, Api& api, const BundleNodes& wanted) {
  Tour tour(bundle);
  tour.visit(api);
  for (const auto& url : wanted.urls) tour.visit(api.options(), {{}, url});
  if (wanted.all) {
    const auto nodes = others(api);
    if (!nodes) {
      tour.miss({}, "GET /api/v1/cluster", nodes.error());
    } else {
      for (const auto& node : *nodes) tour.visit(api.options(), node);
    }
  }
  return std::move(tour).names();
}

}  // namespace hotswap::cli
