#include "e2e/support/scripted_instance.hpp"

#include <stdexcept>

#include "cli/answer.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {

ScriptedInstance::ScriptedInstance(const cli::ApiOptions& admin, const std::string& service,
                                   const std::string& name, json::Object schemas) {
  cli::Api registrar(admin);
  const auto made =
      registrar.post("/api/v1/instances", json::Object{{"serviceName", service},
                                                       {"environment", kEnvironment},
                                                       {"hostname", name},
                                                       {"schemas", std::move(schemas)}});
  if (!made) throw std::runtime_error("registration: " + made.error().detail);
  id_ = cli::text_at(*made, "id");
  auto options = admin;
  options.token = cli::text_at(*made, "token");
  api_ = std::make_unique<cli::Api>(options);
}

std::optional<Desired> ScriptedInstance::desired() {
  const auto answer = api_->get("/api/v1/instances/" + id_ + "/configs");
  if (!answer) return std::nullopt;
  for (const auto& item : cli::items_at(*answer, "configs")) {
    if (cli::text_at(item, "version").empty()) continue;
    return Desired{cli::text_at(item, "profile"), cli::text_at(item, "version"),
                   cli::text_at(item, "hash"), cli::int_at(item, "generation")};
  }
  return std::nullopt;
}

Result<void> ScriptedInstance::reports(const Desired& what, const std::string& state,
                                       const std::string& hash) {
  const json::Object observed{{what.profile, json::Object{{"version", what.version},
                                                          {"generation", what.generation},
                                                          {"state", state},
                                                          {"hash", hash}}}};
  const auto answer = api_->post("/api/v1/instances/" + id_ + "/heartbeat",
                                 json::Object{{"status", "healthy"}, {"observed", observed}});
  if (!answer) return std::unexpected(answer.error());
  return {};
}

void ScriptedInstance::applies() {
  const auto what = desired();
  if (!what) return;
  static_cast<void>(reports(*what, "applied", what->hash));
}

}  // namespace hotswap::e2e
