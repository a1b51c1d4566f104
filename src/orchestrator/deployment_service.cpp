#include "orchestrator/deployment_service.hpp"

#include "domain/base/limits.hpp"
#include "domain/base/overloaded.hpp"
#include "orchestrator/deployment_evidence.hpp"

namespace hotswap {
namespace {

DeploymentEvent event_of(DeploymentCommand command, const std::string& by) {
  return std::visit(
      [&](auto& known) -> DeploymentEvent {
        known.by = by;
        return known;
      },
      command);
}

std::string_view name_of(const DeploymentCommand& command) {
  return std::visit(Overloaded{[](const Promote&) { return "deployment.promote"; },
                               [](const Pause&) { return "deployment.pause"; },
                               [](const Resume&) { return "deployment.resume"; },
                               [](const Cancel&) { return "deployment.cancel"; },
                               [](const Rollback&) { return "deployment.rollback"; }},
                    command);
}

std::unexpected<Error> already_active(const Deployment& other) {
  return fail(ErrorCode::Conflict, "deployment.already_active",
              "Deployment " + other.id.value + " of version " + other.version.str() +
                  " is active for profile " + other.profile.value +
                  ": wait for it, or cancel or roll it back first.");
}

}  // namespace

DeploymentService::DeploymentService(const Parts& parts)
    : store_(parts.store),
      committer_(parts.committer),
      configs_(parts.configs),
      fleet_(parts.fleet),
      runner_(parts.runner),
      versions_(parts.versions),
      clock_(parts.clock),
      time_(parts.clock),
      random_(parts.random) {}

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
  auto targets = choose_targets(deployment, request.targets);
  if (!targets) return std::unexpected(targets.error());
  deployment.targets = std::move(*targets);
  deployment.plan = plan(deployment.strategy, deployment.targets.size());
  return deployment;
}

Result<std::vector<Target>> DeploymentService::choose_targets(const Deployment& deployment,
                                                              const TargetSelection& selection) {
  auto instances = fleet_.live(deployment.service, deployment.environment);
  if (instances.empty())
    return fail(ErrorCode::Conflict, "deployment.no_instances",
                "No instance of " + deployment.service.value + " is registered in " +
                    deployment.environment +
                    ": start one (it needs a running SDK or agent) first.");
  auto selected = select_targets(std::move(instances), selection, deployment.id);
  if (!selected) return std::unexpected(selected.error());
  if (selected->size() > limits::kTargetsPerDeployment)
    return fail(ErrorCode::Invalid, "targets.too_many",
                "A deployment reaches at most " + std::to_string(limits::kTargetsPerDeployment) +
                    " instances: select fewer by label or percentage.");
  std::map<InstanceId, Assignment> current;
  for (Assignment& assignment : fleet_.assigned(deployment.profile))
    current[assignment.instance] = std::move(assignment);
  std::vector<Target> targets;
  for (const Instance& instance : *selected) {
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

Result<Deployment> DeploymentService::start(const Caller& caller, StartDeployment request) {
  if (auto ok = authorize(caller.principal, Action::DeploymentStart); !ok)
    return std::unexpected(ok.error());
  auto deployment = prepare(caller, request);
  if (!deployment) return deployment;
  if (request.dry_run) return deployment;
  if (runner_.active() >= limits::kActiveDeployments)
    return fail(ErrorCode::RateLimited, "deployment.too_many",
                "This server runs its limit of " + std::to_string(limits::kActiveDeployments) +
                    " deployments: try again when some have ended.");
  deployment->baseline = gather_baseline(*deployment, fleet_, time_.now());
  const auto count = deployment->targets.size();
  ChangeSet changes;
  changes.push_back(change::InsertDeployment{*deployment});
  TimelineEvent event;
  event.at = deployment->created_at;
  event.kind = "deployment.planned";
  event.profile = deployment->profile;
  event.deployment = deployment->id;
  event.actor = caller.principal.subject;
  event.message = std::string(kind_name(deployment->strategy)) + " of version " +
                  deployment->version.str() + " to " + std::to_string(count) +
                  (count == 1 ? " instance in " : " instances in ") +
                  std::to_string(deployment->plan.steps.size()) +
                  (deployment->plan.steps.size() == 1 ? " step" : " steps") +
                  (request.reason.empty() ? "" : ": " + request.reason);
  event.data = json::Object{{"version", deployment->version.str()},
                            {"strategy", to_json(deployment->strategy)}};
  changes.push_back(change::AppendEvent{std::move(event)});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "deployment.start", "deployments/" + deployment->id.value,
                  deployment->profile.value + " " + deployment->version.str() +
                      (request.force ? " (forced)" : ""),
                  deployment->created_at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  runner_.adopt(*deployment);
  return deployment;
}

Result<Deployment> DeploymentService::readable(const Caller& caller, const DeploymentId& id,
                                               Action action) {
  if (auto ok = authorize(caller.principal, action); !ok) return std::unexpected(ok.error());
  auto deployment = store_.deployment(id);
  if (!deployment) return deployment;
  auto profile = store_.profile(deployment->profile);
  // The record of a deleted profile's deployment stays readable.
  if (!profile) return deployment;
  if (auto ok = authorize(caller.principal, action, &profile->access); !ok)
    return std::unexpected(ok.error());
  return deployment;
}

Result<Deployment> DeploymentService::get(const Caller& caller, const DeploymentId& id) {
  return readable(caller, id, Action::DeploymentRead);
}

Result<Page<Deployment>> DeploymentService::list(const Caller& caller,
                                                 const DeploymentFilter& filter,
                                                 const PageRequest& page) {
  if (auto ok = authorize(caller.principal, Action::DeploymentRead); !ok)
    return std::unexpected(ok.error());
  auto found = store_.deployments(filter, page);
  if (!found) return found;
  std::erase_if(found->items, [&](const Deployment& deployment) {
    const auto profile = store_.profile(deployment.profile);
    return profile && !authorize(caller.principal, Action::DeploymentRead, &profile->access);
  });
  return found;
}

Result<Deployment> DeploymentService::command(const Caller& caller, const DeploymentId& id,
                                              DeploymentCommand command) {
  if (auto known = readable(caller, id, Action::DeploymentCommand); !known) return known;
  const std::string action(name_of(command));
  auto done = runner_.command(caller, id, event_of(std::move(command), caller.principal.subject));
  if (done) return done;
  auto entry =
      audit_entry(caller, action, "deployments/" + id.value, done.error().detail, clock_.wall());
  entry.outcome = "failure";
  ChangeSet changes;
  changes.push_back(change::AppendAudit{std::move(entry)});
  if (auto noted = committer_.commit(std::move(changes)); !noted)
    return std::unexpected(noted.error());
  return done;
}

Result<std::vector<TimelineEvent>> DeploymentService::events(const Caller& caller,
                                                             const DeploymentId& id,
                                                             std::uint64_t after,
                                                             std::size_t limit) {
  if (auto known = readable(caller, id, Action::DeploymentRead); !known)
    return std::unexpected(known.error());
  return store_.events({.profile = {}, .deployment = id.value}, after, limit);
}

}  // namespace hotswap
