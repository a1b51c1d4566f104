// Four eyes: what a second person says of a deployment that waits, and what happens if nobody does.
#include "domain/rollout/course.hpp"

namespace hotswap {

bool awaits_approval(const Deployment& deployment) {
  return std::holds_alternative<Planned>(deployment.state) && deployment.approval &&
         deployment.approval->state == Approval::State::Waiting;
}

namespace rollout {
namespace {

Result<void> may_decide(const Course& course, const std::string& by, std::string_view instead) {
  const auto& deployment = course.deployment();
  if (!awaits_approval(deployment))
    return fail(ErrorCode::Conflict, "deployment.not_awaiting_approval",
                "this deployment does not wait for an approval: it is " +
                    std::string(state_name(course.state())));
  if (by == deployment.created_by)
    return fail(ErrorCode::Forbidden, "deployment.own_approval",
                by + " asked for this deployment; somebody else among its operators has to decide" +
                    std::string(instead));
  if (course.now() < deployment.approval->expires) return {};
  return fail(
      ErrorCode::Conflict, "deployment.approval_expired",
      "nobody decided until " + format_time(deployment.approval->expires) + "; start another one");
}

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

json::Value decision_data(const std::string& by, const std::string& reason,
                          const std::string& requester) {
  json::Object data{{"by", by}, {"requestedBy", requester}};
  if (!reason.empty()) data.append("reason", reason);
  return data;
}

}  // namespace

Result<void> approve(Course& course, const Approve& command) {
  if (auto may = may_decide(course, command.by, ""); !may) return may;
  const auto message = "approved by " + command.by + because(command.reason);
  course.record("approval.granted", message,
                decision_data(command.by, command.reason, course.deployment().created_by));
  course.notify("info", message);
  course.set_approval({Approval::State::Approved, {}, command.by, command.reason, course.now()});
  // What was chosen when it was asked for is hours old: its targets are chosen anew, as those of
  // every deployment that starts later.
  course.start_from(std::max(course.now(), course.deployment().start_at.value_or(course.now())));
  return {};
}

Result<void> reject(Course& course, const Reject& command) {
  if (auto may = may_decide(course, command.by, "; cancel it instead"); !may) return may;
  const auto message = "rejected by " + command.by + because(command.reason);
  const auto requester = course.deployment().created_by;
  course.end(Cancelled{message, course.now()});
  course.record("approval.rejected", message, decision_data(command.by, command.reason, requester));
  course.notify("warning", message);
  return {};
}

void expire_approval(Course& course) {
  const auto& deployment = course.deployment();
  if (!awaits_approval(deployment) || course.now() < deployment.approval->expires) return;
  const auto message = "nobody approved it until " + format_time(deployment.approval->expires);
  course.end(Cancelled{message, course.now()});
  course.record("approval.expired", message,
                json::Object{{"requestedBy", course.deployment().created_by}});
  course.notify("warning", message);
}

}  // namespace rollout
}  // namespace hotswap
