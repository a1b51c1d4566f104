#include "cli/demo/outsiders.hpp"

#include <fstream>

#include "cli/demo/embedded_configs.hpp"
#include "cli/demo/world.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;

const std::vector<Outsider>& outsiders() {
  static const std::vector<Outsider> all{
      {"pay-python", "python3", "payments.py", {"--file", "app.json", "--reload-signal", "HUP"}},
      {"pay-node", "node", "payments.mjs", {}}};
  return all;
}

bool runs_here(std::string_view interpreter, const std::filesystem::path& log) {
  auto asked =
      ChildProcess::start({.command = {std::string(interpreter), "--version"}, .log = log});
  return asked && asked->wait(10s) == 0;
}

}  // namespace

std::vector<Outsider> outsiders_here(std::size_t most) {
  const TempFolder folder("hotswap-demo");
  std::vector<Outsider> found;
  for (const auto& outsider : outsiders()) {
    if (found.size() < most && runs_here(outsider.interpreter, folder.path() / "version"))
      found.push_back(outsider);
  }
  return found;
}

Result<std::vector<std::string>> agent_of(const Outsider& outsider, const OutsiderPlace& place) {
  const auto text = embedded_text(outsider.program);
  if (!text) return std::unexpected(text.error());
  const auto program = place.folder / outsider.program;
  if (!(std::ofstream(program) << *text).flush()) {
    return fail(ErrorCode::Unavailable, "demo.unwritable", "cannot write " + program.string());
  }
  const auto url = "http://127.0.0.1:" + std::to_string(place.port);
  std::vector<std::string> command{
      own_binary(),    "agent",
      "--server",      place.server,
      "--token-file",  place.token_file,
      "--service",     kDemoService,
      "--environment", kDemoEnvironment,
      "--hostname",    std::string(outsider.name),
      "--zone",        place.zone,
      "--port",        std::to_string(place.port),
      "--schema",      std::string(kDemoSchema) + "=" + kDemoSchemaVersion,
      "--state-dir",   (place.folder / "state").string(),
      "--serve",       "127.0.0.1:0",
      "--wait",        "5m",
      "--scrape",      url + "/metrics",
      "--latency",     "payment_seconds",
      "--errors",      R"(payments_total{code=~"5.."})",
      "--health-url",  url + "/healthz"};
  for (const auto& flag : outsider.handover)
    command.push_back(flag == "app.json" ? (place.folder / flag).string() : flag);
  for (const auto& word : {std::string("--"), std::string(outsider.interpreter), program.string(),
                           std::string("--port"), std::to_string(place.port)})
    command.push_back(word);
  return command;
}

}  // namespace hotswap::cli
