#include <charconv>

#include "api/render/config.hpp"
#include "api/render/deployment.hpp"
#include "api/resources/deployment_answer.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

struct RollbackRequest {
  std::string to;
  bool deploy = false;
  bool force = false;
  std::optional<Strategy> strategy;
  OnUnfit on_unfit = OnUnfit::Refuse;
  std::string reason;
  std::optional<std::string> break_glass;
};

Result<RollbackRequest> read_request(const json::Value& body) {
  json::ObjectReader in(body, "$");
  RollbackRequest request;
  request.to = in.required_string("toVersion");
  request.deploy = in.optional_bool("deploy").value_or(false);
  request.force = in.optional_bool("force").value_or(false);
  request.on_unfit = read_on_unfit(in);
  request.reason = in.optional_string("reason").value_or("");
  request.break_glass = read_break_glass(in);
  if (const auto* strategy = in.optional_value("strategy")) {
    auto read = strategy_from_json(*strategy, "$.strategy");
    if (read) {
      request.strategy = std::move(*read);
    } else {
      in.absorb(read.error());
    }
  }
  if (auto bad = in.finish("rollback.invalid")) return std::unexpected(*bad);
  return request;
}

StartDeployment deployment_of(const ProfileName& name, std::string version,
                              const RollbackRequest& request) {
  StartDeployment start;
  start.profile = name;
  start.version = std::move(version);
  start.strategy = request.strategy;
  start.force = request.force;
  start.on_unfit = request.on_unfit;
  start.break_glass = request.break_glass;
  start.reason = request.reason.empty() ? "Rollback to " + request.to : request.reason;
  return start;
}

}  // namespace

Result<Reply> roll_back_config(Services& services, Call& call) {
  const auto request = read_request(call.body);
  if (!request) return std::unexpected(request.error());
  const auto name = profile_in(call);
  if (request->deploy) {
    // Nothing is uploaded if it could not be deployed anyway.
    auto rehearsal = deployment_of(name, request->to, *request);
    rehearsal.dry_run = true;
    rehearsal.force = true;
    if (auto planned = services.deployments.start(call.caller, std::move(rehearsal)); !planned) {
      return std::unexpected(planned.error());
    }
  }
  const auto version =
      services.configs.roll_back_content(call.caller, name, request->to, request->force);
  if (!version) return std::unexpected(version.error());
  const auto number = version->number.str();
  json::Object answer{{"version", version_json(*version)}, {"deployment", {}}};
  if (request->deploy) {
    const auto started =
        services.deployments.start(call.caller, deployment_of(name, number, *request));
    if (!started) return std::unexpected(started.error());
    answer.set("deployment", deployment_json(*started, DeploymentDetail::Full));
  }
  return located(201, "/api/v1/configs/" + name.str() + "/versions/" + percent_encode(number),
                 answer);
}

Result<Reply> config_history(Services& services, Call& call) {
  const auto name = profile_in(call);
  const auto at = call.query.time("at");
  if (!at) return std::unexpected(at.error());
  if (*at) {
    const auto live = services.configs.live_at(call.caller, name, **at);
    if (!live) return std::unexpected(live.error());
    return json_answer(
        200, json::Object{{"at", format_time(**at)}, {"version", version_or_null(*live)}});
  }
  const auto limit = call.query.number("limit", 1, limits::kPageMax, limits::kPageDefault);
  if (!limit) return std::unexpected(limit.error());
  const auto after = call.query.number("cursor", 0, INT64_MAX, 0);
  if (!after) return std::unexpected(after.error());
  const auto events = services.configs.history(call.caller, name, *after, *limit);
  if (!events) return std::unexpected(events.error());
  Page<TimelineEvent> page{*events, {}};
  if (events->size() == *limit) page.next_cursor = std::to_string(events->back().sequence);
  return json_answer(200, page_json(page, [](const auto& event) { return to_json(event); }));
}

}  // namespace hotswap::api
