// What support is told about a node, and how its requests are.
#include "app/node.hpp"
#include "app/process_facts.hpp"

namespace hotswap {
namespace {

std::string compiler() {
#ifdef __clang_version__
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

}  // namespace

json::Object Node::facts() {
  json::Object settings;
  for (const ShownSetting& each : shown_)
    settings.append(each.name, json::Object{{"value", each.value}, {"source", each.source}});
  const api::ServerStats server = server_.stats();
  return {
    {"node", node_}, {"startedAt", format_time(started_at_)},
        {"build", json::Object{{"compiler", compiler()},
#ifdef NDEBUG
                               {"assertions", false}}},
#else
                               {"assertions", true}}},
#endif
        {"settings", std::move(settings)}, {"process", process_facts()},
        {"machine", machine_facts()},
        {"server", json::Object{{"connections", static_cast<std::uint64_t>(server.connections)},
                                {"streams", static_cast<std::uint64_t>(server.streams)},
                                {"longPolls", static_cast<std::uint64_t>(server.long_polls)},
                                {"workerQueue", static_cast<std::uint64_t>(server.queued)},
                                {"requests", server.requests},
                                {"refused", server.refused}}},
        {"instances", static_cast<std::uint64_t>(fleet_.size())}, {
      "deploymentsDriven", static_cast<std::uint64_t>(runner_.active())
    }
  };
}

api::AccessOptions Node::access_options(const LogSettings& settings, ServerLog& log) {
  return {.logger = &log.access(),
          .level = settings.access == "off" ? LogLevel::Debug : LogLevel::Info,
          .all = settings.access_all,
          .slow = settings.slow};
}

}  // namespace hotswap
