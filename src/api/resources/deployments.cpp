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

constexpr std::string_view kStates[] = {"Planned",   "Running",    "Paused", "RollingBack",
                                        "Succeeded", "RolledBack", "Failed", "Cancelled"};

template <class T, class Read>
void read_member(json::ObjectReader& in, std::string_view name, T& into, Read read) {
  const auto* value = in.optional_value(name);
  if (value == nullptr) return;
  auto result = read(*value, in.path_of(name));
  if (result) {
    into = std::move(*result);
  } else {
    in.absorb(result.error());
  }
}

Result<StartDeployment> read_start(const json::Value& body) {
  json::ObjectReader in(body, "$");
  StartDeployment start;
  start.profile = ProfileName(in.required_string("configName"));
  start.version = in.required_string("configVersion");
  read_member(in, "strategy", start.strategy, strategy_from_json);
  read_member(in, "targets", start.targets, target_selection_from_json);
  start.dry_run = in.optional_bool("dryRun").value_or(false);
  start.force = in.optional_bool("force").value_or(false);
  start.on_unfit = read_on_unfit(in);
  start.reason = in.optional_string("reason").value_or("");
  if (start.reason.size() > limits::kDescriptionBytes) {
    in.mistake("reason", "maxLength",
               "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  }
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return start;
}

Result<DeploymentFilter> read_filter(const Query& query) {
  DeploymentFilter filter;
  filter.profile = query.text("configName");
  filter.state = query.text("state");
  if (!filter.state.empty() &&
      std::ranges::find(kStates, filter.state) == std::ranges::end(kStates)) {
    return fail_field(
        "query.invalid", "?state", "enum",
        "must be Planned, Running, Paused, RollingBack, Succeeded, RolledBack, Failed "
        "or Cancelled");
  }
  const auto active = query.flag("active");
  if (!active) return std::unexpected(active.error());
  filter.active_only = *active;
  return filter;
}

}  // namespace

Response deployment_answer(Services& services, int status, const Deployment& deployment) {
  auto body = deployment_json(deployment, DeploymentDetail::Full);
  // People know instances by their host, so each target carries it while it is registered.
  std::map<std::string, std::string> hosts;
  for (const auto& instance : services.fleet.live(deployment.service, deployment.environment)) {
    hosts.emplace(instance.id.str(), instance.hostname);
  }
  for (auto& target : *body.find("targets")->as_array()) {
    auto& object = *target.as_object();
    const auto host = hosts.find(*object.find("instance")->as_string());
    object.set("hostname", host == hosts.end() ? "" : host->second);
  }
  return json_answer(status, body);
}

OnUnfit read_on_unfit(json::ObjectReader& in) {
  const auto text = in.optional_string("onUnfit");
  if (!text) return OnUnfit::Refuse;
  const auto choice = on_unfit_from_string(*text);
  if (!choice) in.mistake("onUnfit", "enum", "must be refuse or skip");
  return choice.value_or(OnUnfit::Refuse);
}

Result<Reply> start_deployment(Services& services, Call& call) {
  auto start = read_start(call.body);
  if (!start) return std::unexpected(start.error());
  const bool dry_run = start->dry_run;
  const auto deployment = services.deployments.start(call.caller, std::move(*start));
  if (!deployment) return std::unexpected(deployment.error());
  if (dry_run) return deployment_answer(services, 200, *deployment);
  auto response = deployment_answer(services, 202, *deployment);
  response.headers.push_back({"Location", "/api/v1/deployments/" + deployment->id.str()});
  return response;
}

Result<Reply> list_deployments(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto filter = read_filter(call.query);
  if (!filter) return std::unexpected(filter.error());
  const auto found = services.deployments.list(call.caller, *filter, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, [](const Deployment& deployment) {
                       return deployment_json(deployment, DeploymentDetail::Summary);
                     }));
}

Result<Reply> get_deployment(Services& services, Call& call) {
  const auto found = services.deployments.get(call.caller, DeploymentId(call.path[0]));
  if (!found) return std::unexpected(found.error());
  return deployment_answer(services, 200, *found);
}

Result<Reply> deployment_report(Services& services, Call& call) {
  const auto report = services.deployments.report(call.caller, DeploymentId(call.path[0]));
  if (!report) return std::unexpected(report.error());
  return json_answer(200, *report);
}

}  // namespace hotswap::api
