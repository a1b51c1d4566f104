// The planning half of DeploymentService: whether a version may go out, to whom and in which steps.
#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "orchestrator/deployment_service.hpp"
#include "orchestrator/fleet_fitness.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> already_active(const Deployment& other) {
  return fail(ErrorCode::Conflict, "deployment.already_active",
              "Deployment " + other.id.value + " of version " + other.version.str() +
                  " is active for profile " + other.profile.value +
                  ": wait for it, or cancel or roll it back first.");
}

std::unexpected<Error> unfit(const FleetFit& fit, const SemVer& version, bool nobody_left) {
  const FleetFit::Unfit& first = fit.examples.front();
  const std::size_t all = fit.accepting + fit.unfit + fit.unspoken;
  std::string detail = std::to_string(fit.unfit) + " of " + std::to_string(all) +
                       (all == 1 ? " instance" : " instances") + " cannot take version " +
                       version.str() + ": " + first.instance.value + " was built for " +
                       first.schema + ", which says " + first.message + ". ";
  detail += nobody_left
                ? "Nobody is left without them: start services built for a newer schema first, or "
                  "repeat with force=true."
                : "Start services built for a newer schema first, leave these out with onUnfit: "
                  "skip, or repeat with force=true.";
  return fail(ErrorCode::Conflict, "deployment.unfit_instances", std::move(detail));
}

}  // namespace

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

Result<void> DeploymentService::check_schema(const Profile& profile, const Version& version,
                                             const StartDeployment& request, FleetFit& fit) {
  if (profile.schema_id.empty()) return {};
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return std::unexpected(link.error());
  const auto ref = schemas_.follow(*link);
  if (!ref) return std::unexpected(ref.error());
  fit.schema = to_string(*ref);
  auto refusal = schemas_.verdicts().refusal(*ref, version);
  if (!refusal) return std::unexpected(refusal.error());
  if (!*refusal) return {};
  if (request.force) {
    fit.mismatch = std::move(**refusal);
    return {};
  }
  // Again, for every failure.
  const auto document = json::parse(version.content);
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
  if (auto ok = check_version(*profile, *version, request); !ok) return std::unexpected(ok.error());
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
  deployment.trace_id = caller.trace_id;
  if (auto ok = check_schema(*profile, *version, request, deployment.fit); !ok)
    return std::unexpected(ok.error());
  auto instances = choose_instances(deployment, request.targets);
  if (!instances) return std::unexpected(instances.error());
  if (auto ok = fit_instances(*profile, *version, request, deployment, *instances); !ok)
    return std::unexpected(ok.error());
  deployment.plan = plan(deployment.strategy, deployment.targets.size());
  return deployment;
}

Result<std::vector<Instance>> DeploymentService::choose_instances(
    const Deployment& deployment, const TargetSelection& selection) {
  auto instances = fleet_.live(deployment.service, deployment.environment);
  if (instances.empty())
    return fail(ErrorCode::Conflict, "deployment.no_instances",
                "No instance of " + deployment.service.value + " is registered in " +
                    deployment.environment +
                    ": start one (it needs a running SDK or agent) first.");
  auto selected = select_targets(std::move(instances), selection, deployment.id);
  if (selected && selected->size() > limits::kTargetsPerDeployment)
    return fail(ErrorCode::Invalid, "targets.too_many",
                "A deployment reaches at most " + std::to_string(limits::kTargetsPerDeployment) +
                    " instances: select fewer by label or percentage.");
  return selected;
}

std::vector<Target> DeploymentService::targets_of(const Deployment& deployment,
                                                  const std::vector<Instance>& instances) {
  std::map<InstanceId, Assignment> current;
  for (Assignment& assignment : fleet_.assigned(deployment.profile))
    current[assignment.instance] = std::move(assignment);
  std::vector<Target> targets;
  for (const Instance& instance : instances) {
    Target target;
    target.instance = instance.id;
    target.zone = instance.zone;
    target.offline_at_start = instance.status != InstanceStatus::Healthy;
    target.since = deployment.created_at;
    if (const auto held = current.find(instance.id); held != current.end() && held->second.active)
      target.previous = held->second.active->version;
    targets.push_back(std::move(target));
  }
  return targets;
}

Result<void> DeploymentService::fit_instances(const Profile& profile, const Version& version,
                                              const StartDeployment& request,
                                              Deployment& deployment,
                                              std::vector<Instance>& instances) {
  FleetFit& fit = deployment.fit;
  if (fit.schema.empty()) {
    deployment.targets = targets_of(deployment, instances);
    return {};
  }
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return std::unexpected(link.error());
  FleetFitness fitness(schemas_.verdicts(), link->id);
  const bool skip = request.on_unfit == OnUnfit::Skip;
  if (auto done = judge_fleet(fitness, version, skip, instances, fit); !done) return done;
  if (instances.empty() || (fit.unfit > 0 && !skip && !request.force))
    return unfit(fit, version.number, instances.empty());
  if (fit.left_out > 0) deployment.partial = true;
  deployment.targets = targets_of(deployment, instances);
  auto risk = rollback_risk(fitness, versions_, profile.name, instances, deployment.targets);
  if (!risk) return std::unexpected(risk.error());
  fit.rollback_safe = risk->empty();
  fit.rollback_risk = std::move(*risk);
  return {};
}

}  // namespace hotswap
