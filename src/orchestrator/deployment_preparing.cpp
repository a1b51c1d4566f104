// The checking half of DeploymentService: whether a version may go out, and when.
#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "domain/rollout/spans.hpp"
#include "orchestrator/calendar_service.hpp"
#include "orchestrator/deployment_service.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> already_active(const Deployment& other) {
  if (awaits_approval(other))
    return fail(ErrorCode::Conflict, "deployment.already_active",
                "Deployment " + other.id.value + " of version " + other.version.str() +
                    " waits for an approval for profile " + other.profile.value +
                    ": approve or reject it, or cancel it first.");
  const bool waits = std::holds_alternative<Planned>(other.state) && other.start_at;
  return fail(ErrorCode::Conflict, "deployment.already_active",
              "Deployment " + other.id.value + " of version " + other.version.str() +
                  (waits ? " is to start at " + format_time(*other.start_at) : " is active") +
                  " for profile " + other.profile.value +
                  (waits ? ": wait for it, or cancel it first."
                         : ": wait for it, or cancel or roll it back first."));
}

Result<void> check_start_time(const StartDeployment& request, WallTime now) {
  if (!request.start_at) return {};
  if (*request.start_at <= now)
    return fail_field("deployment.invalid", "$.startAt", "minimum",
                      "must be in the future; leave it out to start now");
  if (*request.start_at > now + limits::kScheduleAhead)
    return fail_field("deployment.invalid", "$.startAt", "maximum",
                      "must be at most 30 days ahead");
  return {};
}

json::Value remembered(const Caller& caller, const StartDeployment& request) {
  json::Object out;
  if (!request.targets.all()) out.set("targets", to_json(request.targets));
  if (request.on_unfit != OnUnfit::Refuse)
    out.set("onUnfit", std::string(to_string(request.on_unfit)));
  remember_trace(out, caller.trace);
  return out.empty() ? json::Value() : json::Value(std::move(out));
}

Result<StartDeployment> recalled(const Deployment& deployment) {
  StartDeployment request;
  request.profile = deployment.profile;
  request.version = deployment.version.str();
  request.strategy = deployment.strategy;
  request.force = deployment.forced;
  request.reason = deployment.reason;
  if (const auto* targets = deployment.request.find("targets")) {
    auto selection = target_selection_from_json(*targets, "$.targets");
    if (!selection) return std::unexpected(selection.error());
    request.targets = std::move(*selection);
  }
  if (const auto* choice = deployment.request.find("onUnfit"); choice && choice->as_string())
    request.on_unfit = on_unfit_from_string(*choice->as_string()).value_or(OnUnfit::Refuse);
  return request;
}

}  // namespace

Result<Permission> DeploymentService::may_start(const ProfileName& name) {
  if (!may_start_) return Permission{};
  const auto profile = store_.profile(name);
  if (!profile) return std::unexpected(profile.error());
  return may_start_(*profile);
}

Result<std::string> DeploymentService::check_calendar(const Profile& profile,
                                                      const StartDeployment& request) {
  if (!may_start_) return std::string();
  auto permission = may_start_(profile);
  if (!permission) return std::unexpected(permission.error());
  if (permission->allowed) return std::string();
  if (!request.force) return std::unexpected(CalendarService::refusal(*permission));
  if (request.reason.empty())
    return fail_field("deployment.invalid", "$.reason", "required",
                      "say why it cannot wait: " + permission->reason);
  return permission->reason;
}

Result<void> DeploymentService::check_version(const Profile& profile, const Version& version,
                                              const StartDeployment& request) {
  if (request.force) return {};
  if (auto fit = fit_to_deploy(version); !fit) return fit;
  if (profile.stable == version.number && request.targets.all())
    return fail(ErrorCode::Conflict, "deployment.already_stable",
                "Version " + version.number.str() +
                    " is live already: repeat with force=true to deliver it again.");
  return {};
}

Result<std::optional<SchemaRef>> DeploymentService::schema_of(const Profile& profile) {
  if (profile.schema_id.empty()) return std::optional<SchemaRef>();
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return std::unexpected(link.error());
  auto ref = schemas_.follow(*link);
  if (!ref) return std::unexpected(ref.error());
  return std::optional(std::move(*ref));
}

Result<void> DeploymentService::check_schema(const Profile& profile, const Version& version,
                                             const StartDeployment& request, FleetFit& fit) {
  const auto ref = schema_of(profile);
  if (!ref) return std::unexpected(ref.error());
  if (!*ref) return {};
  fit.schema = to_string(**ref);
  auto refusal = schemas_.verdicts().refusal(**ref, version);
  if (!refusal) return std::unexpected(refusal.error());
  if (!*refusal) return {};
  if (request.force) {
    fit.mismatch = std::move(**refusal);
    return {};
  }
  // Again, for every failure.
  const auto document = versions_.document(version);
  if (!document) return std::unexpected(document.error());
  auto every = schemas_.check(profile, *document);
  Error error = every ? Error{} : std::move(every.error());
  error.code = ErrorCode::Conflict;
  error.reason = "deployment.schema_mismatch";
  error.detail = "Version " + version.number.str() + " does not satisfy " + fit.schema +
                 ", which the profile follows now: " + **refusal +
                 ". Upload a corrected version, or repeat with force=true.";
  return std::unexpected(std::move(error));
}

Result<Deployment> DeploymentService::prepare(const Caller& caller,
                                              const StartDeployment& request) {
  auto profile = store_.profile(request.profile);
  if (!profile) return std::unexpected(profile.error());
  if (auto ok = authorize(caller.principal, Action::DeploymentStart, &profile->access); !ok)
    return std::unexpected(ok.error());
  // Before anything is read that a running deployment changes.
  auto active = store_.active_deployment(request.profile);
  if (!active) return std::unexpected(active.error());
  if (*active) return already_active(**active);
  profile = store_.profile(request.profile);
  if (!profile) return std::unexpected(profile.error());
  auto number = configs_.resolve(request.profile, request.version);
  if (!number) return std::unexpected(number.error());
  auto version = store_.version(request.profile, *number);
  if (!version) return std::unexpected(version.error());
  Deployment deployment;
  deployment.id = DeploymentId(random_.guid());
  deployment.profile = profile->name;
  deployment.service = profile->service;
  deployment.environment = profile->environment;
  deployment.version = *number;
  deployment.hash = version->hash;
  deployment.previous_stable = profile->stable;
  deployment.strategy = request.strategy.value_or(profile->strategy);
  deployment.health = profile->health;
  deployment.partial = !request.targets.all();
  deployment.forced = request.force;
  deployment.reason = request.reason;
  deployment.created_by = caller.principal.subject;
  deployment.created_at = time_.now();
  deployment.progressed_at = deployment.created_at;
  deployment.trace_id = caller.trace_id;
  deployment.start_at = request.start_at;
  deployment.request = remembered(caller, request);
  if (auto ok = check_start_time(request, deployment.created_at); !ok)
    return std::unexpected(ok.error());
  if (auto ok = arrange_approval(caller, *profile, request, deployment); !ok)
    return std::unexpected(ok.error());
  // One that starts later asks the calendar when its time has come.
  if (!request.dry_run && !request.start_at && !awaits_approval(deployment)) {
    auto forced = check_calendar(*profile, request);
    if (!forced) return std::unexpected(forced.error());
    if (!forced->empty()) deployment.reason += " (forced, although: " + *forced + ")";
  }
  if (auto ok = arrange(*profile, *version, request, deployment); !ok) {
    trace_unstarted(deployment, &ok.error());
    return std::unexpected(ok.error());
  }
  return deployment;
}

Result<Prepared> DeploymentService::prepare_scheduled(const Deployment& deployment) {
  const auto profile = store_.profile(deployment.profile);
  if (!profile) return std::unexpected(profile.error());
  const auto version = store_.version(deployment.profile, deployment.version);
  if (!version) return std::unexpected(version.error());
  const auto request = recalled(deployment);
  if (!request) return std::unexpected(request.error());
  if (auto may = check_calendar(*profile, *request); !may) return std::unexpected(may.error());
  Deployment anew = deployment;
  anew.targets.clear();
  anew.fit = {};
  anew.pools.reset();
  anew.partial = !request->targets.all();
  if (auto done = arrange(*profile, *version, *request, anew); !done)
    return std::unexpected(done.error());
  return Prepared{.targets = std::move(anew.targets),
                  .plan = std::move(anew.plan),
                  .fit = std::move(anew.fit),
                  .proof = std::move(anew.proof),
                  .pools = std::move(anew.pools),
                  .baseline = std::nullopt,
                  .partial = anew.partial};
}

}  // namespace hotswap
