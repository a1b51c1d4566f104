#include "orchestrator/deployment_approvals.hpp"

#include "domain/base/limits.hpp"
#include "domain/notification/channel.hpp"
#include "orchestrator/deployment_service.hpp"

namespace hotswap {
namespace {

/// An event of the timeline and a notice with the same words.
void tell(const Deployment& deployment, const std::string& kind, Severity severity,
          const std::string& message, ChangeSet& changes) {
  TimelineEvent event;
  event.at = deployment.created_at;
  event.kind = kind;
  event.profile = deployment.profile;
  event.deployment = deployment.id;
  event.actor = deployment.created_by;
  event.message = message;
  event.data = to_json(*deployment.approval);
  changes.push_back(change::AppendEvent{std::move(event)});
  Notice notice;
  notice.id = deployment.id.value + ':' + kind;
  notice.severity = severity;
  notice.message = message;
  notice.profile = deployment.profile.value;
  notice.service = deployment.service.value;
  notice.environment = deployment.environment;
  notice.version = deployment.version.str();
  notice.deployment = deployment.id.value;
  notice.state = state_name(deployment.state);
  notice.at = deployment.created_at;
  changes.push_back(change::EnqueueOutbox{notice.id, "notification", to_json(notice), notice.at});
}

}  // namespace

std::string approval_words(const Deployment& deployment) {
  if (awaits_approval(deployment)) return " (waits for an approval)";
  if (!deployment.approval) return {};
  return " (glass broken: " + deployment.approval->reason + ")";
}

void tell_of_approval(const Caller& caller, const Deployment& deployment, ChangeSet& changes) {
  const auto& approval = deployment.approval;
  if (!approval) return;
  const auto& who = caller.principal.subject;
  if (approval->state == Approval::State::Waiting)
    return tell(deployment, "approval.requested", Severity::Warning,
                who + " asks for an approval until " + format_time(approval->expires) +
                    (deployment.reason.empty() ? "" : ": " + deployment.reason),
                changes);
  tell(deployment, "approval.bypassed", Severity::Critical,
       who + " broke the glass: it starts without a second person: " + approval->reason, changes);
}

Result<void> DeploymentService::arrange_approval(const Caller& caller, const Profile& profile,
                                                 const StartDeployment& request,
                                                 Deployment& deployment) {
  if (!needs_approval(approvals_, profile.access, profile.environment)) {
    if (!request.break_glass) return {};
    return fail_field("deployment.invalid", "$.breakGlass", "conflict",
                      "nobody else has to approve this: leave breakGlass out");
  }
  Approval approval;
  if (!request.break_glass) {
    const auto last = deployment.created_at + approvals_.patience;
    approval.expires = std::max(last, deployment.start_at.value_or(last));
    deployment.approval = approval;
    return {};
  }
  if (auto ok = authorize(caller.principal, Action::DeploymentBreakGlass, &profile.access); !ok)
    return ok;
  approval.state = Approval::State::BreakGlass;
  approval.by = caller.principal.subject;
  approval.reason = *request.break_glass;
  approval.at = deployment.created_at;
  deployment.approval = approval;
  return {};
}

}  // namespace hotswap
