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

/// Of a deployment that was just started.
constexpr std::size_t kTargetsAnswered = 1000;

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

std::optional<WallTime> read_start_at(json::ObjectReader& in) {
  const auto text = in.optional_string("startAt");
  if (!text) return std::nullopt;
  const auto time = parse_time(*text);
  if (!time) in.mistake("startAt", "format", "must be a time such as 2026-01-31T06:00:00Z");
  return time ? std::optional(*time) : std::nullopt;
}

/// What the calendar would say now, for whoever only looks.
Result<json::Value> calendar_json(Services& services, const ProfileName& profile) {
  const auto may = services.deployments.may_start(profile);
  if (!may) return std::unexpected(may.error());
  json::Object out{{"allowed", may->allowed}};
  if (!may->reason.empty()) out.append("reason", may->reason);
  if (may->next) out.append("next", format_time(*may->next));
  return out;
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
  start.start_at = read_start_at(in);
  start.break_glass = read_break_glass(in);
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

json::Object deployment_view(Services& services, const Deployment& deployment) {
  auto body = deployment_json(deployment, DeploymentDetail::Full);
  // People know instances by their host, so each target carries it while it is registered.
  for (auto& target : *body.find("targets")->as_array()) {
    auto& object = *target.as_object();
    object.set("hostname", services.fleet.host(InstanceId(*object.find("instance")->as_string())));
  }
  return body;
}

Response deployment_answer(Services& services, int status, const Deployment& deployment) {
  return json_answer(status, deployment_view(services, deployment));
}

OnUnfit read_on_unfit(json::ObjectReader& in) {
  const auto text = in.optional_string("onUnfit");
  if (!text) return OnUnfit::Refuse;
  const auto choice = on_unfit_from_string(*text);
  if (!choice) in.mistake("onUnfit", "enum", "must be refuse or skip");
  return choice.value_or(OnUnfit::Refuse);
}

std::optional<std::string> read_break_glass(json::ObjectReader& in) {
  const auto* value = in.optional_value("breakGlass");
  if (value == nullptr) return std::nullopt;
  json::ObjectReader glass(*value, in.path_of("breakGlass"));
  auto reason = glass.required_string("reason");
  if (reason.empty()) glass.mistake("reason", "minLength", "must say why it cannot wait");
  if (reason.size() > limits::kDescriptionBytes)
    glass.mistake("reason", "maxLength",
                  "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  if (const auto bad = glass.finish("deployment.invalid")) in.absorb(*bad);
  return reason;
}

Result<Reply> start_deployment(Services& services, Call& call) {
  auto start = read_start(call.body);
  if (!start) return std::unexpected(start.error());
  const bool dry_run = start->dry_run;
  const auto deployment = services.deployments.start(call.caller, std::move(*start));
  if (!deployment) return std::unexpected(deployment.error());
  if (dry_run) {
    auto calendar = calendar_json(services, deployment->profile);
    if (!calendar) return std::unexpected(calendar.error());
    auto body = deployment_view(services, *deployment);
    body.append("calendar", std::move(*calendar));
    return json_answer(200, body);
  }
  // Thousands are being told at this moment: who wants the list asks for it.
  auto response = deployment->targets.size() > kTargetsAnswered
                      ? json_answer(202, deployment_json(*deployment, DeploymentDetail::Counts))
                      : deployment_answer(services, 202, *deployment);
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

}  // namespace hotswap::api
