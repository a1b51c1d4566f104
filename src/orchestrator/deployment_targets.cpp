// The planning half of DeploymentService: to whom a version goes, in which steps, and whether they
// could go back.
#include "domain/base/limits.hpp"
#include "domain/rollout/spans.hpp"
#include "orchestrator/deployment_service.hpp"
#include "orchestrator/fleet_fitness.hpp"
#include "orchestrator/rollback_proof.hpp"

namespace hotswap {
namespace {

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

bool is_pool_mode(const Strategy& strategy) {
  const auto* blue_green = std::get_if<BlueGreen>(&strategy.kind);
  return blue_green != nullptr && blue_green->switch_mode == SwitchMode::Pool;
}

std::string traffic_path(const Deployment& deployment) {
  return "/api/v1/services/" + deployment.service.value + '/' + deployment.environment + "/traffic";
}

std::unexpected<Error> no_traffic(const Deployment& deployment) {
  return fail(ErrorCode::Conflict, "deployment.no_traffic",
              "Nothing is known of the traffic of " + deployment.service.value + " in " +
                  deployment.environment +
                  ", so it cannot be switched: say who routes it with PUT " +
                  traffic_path(deployment) + ", or use switchMode slot.");
}

std::unexpected<Error> empty_pool(const Deployment& deployment, std::size_t instances) {
  const PoolSwitch& pools = *deployment.pools;
  return fail(ErrorCode::Conflict, "deployment.empty_pool",
              "None of the " + std::to_string(instances) + " instances of " +
                  deployment.service.value + " in " + deployment.environment + " is in the pool " +
                  pools.to + ", which would get the traffic of " + pools.from +
                  ": register instances with \"pool\": \"" + pools.to +
                  "\", or use switchMode slot.");
}

bool is_idle(const PoolSwitch& pools, const Instance& instance) {
  return instance.pool == pools.to;
}

/// Those of the pool without traffic come first, otherwise the order stays.
void put_idle_first(const PoolSwitch& pools, std::vector<Instance>& instances) {
  std::vector<Instance> ordered, rest;
  for (Instance& instance : instances)
    (is_idle(pools, instance) ? ordered : rest).push_back(std::move(instance));
  std::ranges::move(rest, std::back_inserter(ordered));
  instances = std::move(ordered);
}

std::size_t idle_count(const PoolSwitch& pools, const std::vector<Instance>& instances) {
  const auto idle = [&](const Instance& instance) { return is_idle(pools, instance); };
  return static_cast<std::size_t>(std::ranges::count_if(instances, idle));
}

/// Instances that one step gives the content, at most.
std::size_t largest_step(const Plan& plan) {
  std::size_t largest = 0, before = 0;
  for (const Step& step : plan.steps) {
    largest = std::max(largest, step.cohort - std::min(before, step.cohort));
    before = step.cohort;
  }
  return largest;
}

}  // namespace

Result<void> DeploymentService::arrange(const Profile& profile, const Version& version,
                                        const StartDeployment& request, Deployment& deployment) {
  if (auto ok = check_version(profile, version, request); !ok) return ok;
  if (auto ok = validate(profile, version, request, deployment); !ok) return ok;
  if (is_pool_mode(deployment.strategy))
    if (auto ok = choose_pools(request, deployment); !ok) return ok;
  auto instances = choose_instances(deployment, request.targets);
  if (!instances) return std::unexpected(instances.error());
  if (deployment.pools) put_idle_first(*deployment.pools, *instances);
  const auto standing = fit_instances(profile, version, request, deployment, *instances);
  if (!standing) return std::unexpected(standing.error());
  const std::size_t idle = deployment.pools ? idle_count(*deployment.pools, *instances) : 0;
  if (deployment.pools && idle == 0) return empty_pool(deployment, instances->size());
  deployment.plan = plan(deployment.strategy, deployment.targets.size(), idle);
  // Whoever still waits for the content is not silent.
  deployment.plan.ack_timeout +=
      transfer_time(version.content.size() * largest_step(deployment.plan), bandwidth_);
  return prove(profile, request, *standing, deployment);
}

Result<void> DeploymentService::validate(const Profile& profile, const Version& version,
                                         const StartDeployment& request, Deployment& deployment) {
  const tracing::Context root = root_context(deployment);
  ActiveSpan span(tracer_, root, "config.validate");
  auto ok = check_schema(profile, version, request, deployment.fit);
  span.set("hotswap.deployment", deployment.id.value);
  span.set("hotswap.profile", profile.name.value);
  span.set("hotswap.version", version.number.str());
  span.set("hotswap.schema", deployment.fit.schema);
  span.outcome(ok);
  return ok;
}

Result<void> DeploymentService::choose_pools(const StartDeployment& request,
                                             Deployment& deployment) {
  if (!request.targets.all())
    return fail_field("deployment.invalid", "$.targets", "conflict",
                      "cannot be given with switchMode pool: the switch moves all traffic");
  const auto traffic = store_.traffic(deployment.service, deployment.environment);
  if (!traffic) {
    if (traffic.error().code != ErrorCode::NotFound) return std::unexpected(traffic.error());
    return no_traffic(deployment);
  }
  if (traffic->confirmed != traffic->generation && !request.force)
    return fail(ErrorCode::Conflict, "deployment.traffic_unsettled",
                "The traffic of " + deployment.service.value + " in " + deployment.environment +
                    " is still being switched to " + traffic->desired +
                    (traffic->error.empty() ? "" : ": " + traffic->error) +
                    ". Wait until its router confirms, or repeat with force=true.");
  deployment.pools = PoolSwitch{};
  deployment.pools->from = traffic->desired;
  deployment.pools->to = idle_pool(*traffic);
  return {};
}

Result<void> DeploymentService::prove(const Profile& profile, const StartDeployment& request,
                                      std::span<const Standing> standing, Deployment& deployment) {
  const auto schema = schema_of(profile);
  if (!schema) return std::unexpected(schema.error());
  auto proof = prove_rollback(deployment, *schema, standing, versions_, schemas_.verdicts());
  if (!proof) return std::unexpected(proof.error());
  deployment.proof = std::move(*proof);
  if (deployment.proof.possible || request.force || request.dry_run) return {};
  std::vector<FieldError> fields;
  for (const std::string& obstacle : deployment.proof.obstacles)
    fields.push_back({"$.configVersion", "rollback", obstacle});
  return std::unexpected(
      Error{ErrorCode::Conflict,
            "deployment.no_way_back",
            "This deployment could not be rolled back: " + deployment.proof.obstacles.front() +
                ". Repeat with force=true to go on without a way back.",
            std::move(fields),
            {}});
}

Result<std::vector<Instance>> DeploymentService::choose_instances(
    const Deployment& deployment, const TargetSelection& selection) {
  auto instances = fleet_.live(deployment.service, deployment.environment);
  if (instances.empty() && fleet_.shared()) {
    // They may have registered at another node a moment ago.
    if (auto read = fleet_.learn(deployment.service, deployment.environment); !read)
      return std::unexpected(read.error());
    instances = fleet_.live(deployment.service, deployment.environment);
  }
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

std::vector<Standing> DeploymentService::take_targets(const std::vector<Instance>& instances,
                                                      Deployment& deployment) {
  auto standing = fleet_.standing(deployment.profile, instances);
  const WallTime now = time_.now();
  auto& targets = deployment.targets;
  targets.clear();
  targets.reserve(instances.size());
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const Instance& instance = instances[i];
    Target target;
    target.instance = instance.id;
    target.zone = instance.zone;
    target.offline_at_start = instance.status != InstanceStatus::Healthy;
    target.since = now;
    target.previous = standing[i].told;
    targets.push_back(std::move(target));
  }
  return standing;
}

Result<std::vector<Standing>> DeploymentService::fit_instances(const Profile& profile,
                                                               const Version& version,
                                                               const StartDeployment& request,
                                                               Deployment& deployment,
                                                               std::vector<Instance>& instances) {
  FleetFit& fit = deployment.fit;
  if (fit.schema.empty()) return take_targets(instances, deployment);
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return std::unexpected(link.error());
  FleetFitness fitness(schemas_.verdicts(), link->id);
  const bool skip = request.on_unfit == OnUnfit::Skip;
  if (auto done = judge_fleet(fitness, version, skip, instances, fit); !done)
    return std::unexpected(done.error());
  if (instances.empty() || (fit.unfit > 0 && !skip && !request.force))
    return unfit(fit, version.number, instances.empty());
  if (fit.left_out > 0) deployment.partial = true;
  auto standing = take_targets(instances, deployment);
  auto risk = rollback_risk(fitness, versions_, profile.name, instances, deployment.targets);
  if (!risk) return std::unexpected(risk.error());
  fit.rollback_safe = risk->empty();
  fit.rollback_risk = std::move(*risk);
  return standing;
}

}  // namespace hotswap
