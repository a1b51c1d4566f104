#include "orchestrator/deployment_service.hpp"

#include <map>

#include "domain/base/limits.hpp"
#include "domain/base/overloaded.hpp"
#include "domain/rollout/spans.hpp"
#include "orchestrator/deployment_approvals.hpp"
#include "orchestrator/rollback_proof.hpp"

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
                               [](const Rollback&) { return "deployment.rollback"; },
                               [](const Approve&) { return "deployment.approve"; },
                               [](const Reject&) { return "deployment.reject"; }},
                    command);
}

Action action_of(const DeploymentCommand& command) {
  const bool decides =
      std::holds_alternative<Approve>(command) || std::holds_alternative<Reject>(command);
  return decides ? Action::DeploymentApprove : Action::DeploymentCommand;
}

std::string instances_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " instance" : " instances");
}

/// What whoever follows should know of schemas before anything moves; empty when all is well.
std::string fit_notice(const FleetFit& fit) {
  std::string text;
  const auto add = [&](const std::string& sentence) { text += ". " + sentence; };
  if (!fit.mismatch.empty())
    add("Forced although it does not satisfy " + fit.schema + ": " + fit.mismatch);
  if (fit.left_out > 0)
    add("Left out: " + instances_text(fit.left_out) + " whose own schema refuses it");
  else if (fit.unfit > 0)
    add("Forced on " + instances_text(fit.unfit) + " whose own schema refuses it");
  return text;
}

/// One sentence after another, those that say something.
std::string planned_message(const Deployment& deployment) {
  const std::size_t targets = deployment.targets.size();
  const std::size_t steps = deployment.plan.steps.size();
  std::string text = std::string(kind_name(deployment.strategy)) + " of version " +
                     deployment.version.str() + " to " + instances_text(targets) + " in " +
                     std::to_string(steps) + (steps == 1 ? " step" : " steps");
  if (deployment.start_at) text += " from " + format_time(*deployment.start_at) + " on";
  if (!deployment.reason.empty()) text += ": " + deployment.reason;
  text += fit_notice(deployment.fit);
  if (const auto notice = rollback_notice(deployment.proof, targets); !notice.empty())
    text += ". " + notice;
  return text;
}

}  // namespace

DeploymentService::DeploymentService(const Parts& parts)
    : store_(parts.store),
      committer_(parts.committer),
      configs_(parts.configs),
      fleet_(parts.fleet),
      runner_(parts.runner),
      versions_(parts.versions),
      schemas_(parts.schemas),
      clock_(parts.clock),
      time_(parts.clock),
      random_(parts.random),
      may_start_(parts.may_start),
      bandwidth_(parts.bandwidth),
      approvals_(parts.approvals),
      tracer_(parts.tracer) {}

Result<Deployment> DeploymentService::start(const Caller& caller, StartDeployment request) {
  if (auto ok = authorize(caller.principal, Action::DeploymentStart); !ok)
    return std::unexpected(ok.error());
  auto deployment = prepare(caller, request);
  if (!deployment) return deployment;
  if (request.dry_run) {
    trace_unstarted(*deployment, nullptr);
    return deployment;
  }
  return begin(caller, request, std::move(*deployment));
}

Result<Deployment> DeploymentService::begin(const Caller& caller, const StartDeployment& request,
                                            Deployment deployment) {
  if (auto stored = start_stored(caller, deployment); !stored) {
    trace_unstarted(deployment, &stored.error());
    return std::unexpected(std::move(stored.error()));
  }
  return frozen_meanwhile(caller, request, std::move(deployment));
}

Result<void> DeploymentService::start_stored(const Caller& caller, const Deployment& deployment) {
  if (runner_.active() >= limits::kActiveDeployments)
    return fail(ErrorCode::RateLimited, "deployment.too_many",
                "This server runs its limit of " + std::to_string(limits::kActiveDeployments) +
                    " deployments: try again when some have ended.");
  auto changes = first_changes(caller, deployment);
  if (auto done = bring_back(deployment, changes); !done) return std::unexpected(done.error());
  return runner_.start(deployment, std::move(changes));
}

void DeploymentService::trace_unstarted(const Deployment& deployment, const Error* refused) const {
  if (tracer_ == nullptr || !root_context(deployment).sampled) return;
  tracer_->finished(unstarted_span(deployment, refused, tracer_->now()));
}

/// A freeze is stored before it halts what runs, and this is known to the runner before it is asked
/// again: one of both always sees the other.
Result<Deployment> DeploymentService::frozen_meanwhile(const Caller& caller,
                                                       const StartDeployment& request,
                                                       Deployment deployment) {
  const auto profile = store_.profile(deployment.profile);
  if (!profile || deployment.start_at || awaits_approval(deployment)) return deployment;
  const auto still = check_calendar(*profile, request);
  if (still) return deployment;
  const auto cancelled = runner_.command(caller, deployment.id,
                                         Cancel{still.error().detail, caller.principal.subject});
  if (!cancelled) return deployment;  // the freeze has stopped it already
  return std::unexpected(still.error());
}

/// Instances fetch it from now on, also while the archive is away.
Result<void> DeploymentService::bring_back(const Deployment& deployment, ChangeSet& changes) {
  const auto listed = store_.listed_version(deployment.profile, deployment.version);
  if (!listed) return std::unexpected(listed.error());
  if (!listed->archived) return {};
  auto version = store_.version(deployment.profile, deployment.version);
  if (!version) return std::unexpected(version.error());
  changes.push_back(change::RestoreVersion{version->profile, version->number, version->hash,
                                           std::move(version->content)});
  return {};
}

ChangeSet DeploymentService::first_changes(const Caller& caller, const Deployment& deployment) {
  ChangeSet changes;
  changes.push_back(change::InsertDeployment{deployment});
  TimelineEvent event;
  event.at = deployment.created_at;
  event.kind = "deployment.planned";
  event.profile = deployment.profile;
  event.deployment = deployment.id;
  event.actor = caller.principal.subject;
  event.message = planned_message(deployment);
  json::Object data{{"version", deployment.version.str()},
                    {"strategy", to_json(deployment.strategy)},
                    {"proof", to_json(deployment.proof)}};
  if (!deployment.fit.schema.empty()) data.set("fit", to_json(deployment.fit));
  if (deployment.start_at) data.set("startAt", format_time(*deployment.start_at));
  if (deployment.approval) data.set("approval", to_json(*deployment.approval));
  event.data = std::move(data);
  changes.push_back(change::AppendEvent{std::move(event)});
  tell_of_approval(caller, deployment, changes);
  const bool broke_glass =
      deployment.approval && deployment.approval->state == Approval::State::BreakGlass;
  changes.push_back(change::AppendAudit{
      audit_entry(caller, broke_glass ? "deployment.breakGlass" : "deployment.start",
                  "deployments/" + deployment.id.value,
                  deployment.profile.value + " " + deployment.version.str() +
                      (deployment.forced ? " (forced)" : "") + approval_words(deployment),
                  deployment.created_at)});
  return changes;
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
  std::map<ProfileName, bool> hidden;  // a page is often of few profiles: each is asked once
  std::erase_if(found->items, [&](const Deployment& deployment) {
    const auto [known, fresh] = hidden.try_emplace(deployment.profile);
    if (!fresh) return known->second;
    const auto profile = store_.profile(deployment.profile);
    known->second =
        profile && !authorize(caller.principal, Action::DeploymentRead, &profile->access);
    return known->second;
  });
  return found;
}

Result<Deployment> DeploymentService::command(const Caller& caller, const DeploymentId& id,
                                              DeploymentCommand command) {
  if (auto known = readable(caller, id, action_of(command)); !known) return known;
  const std::string action(name_of(command));
  auto done = runner_.command(caller, id, event_of(std::move(command), caller.principal.subject));
  // Who may not is on record as every refusal is.
  if (done || done.error().code == ErrorCode::Forbidden) return done;
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
