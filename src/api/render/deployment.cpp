#include "api/render/deployment.hpp"

#include "api/render/config.hpp"
#include "domain/base/overloaded.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap::api {
namespace {

constexpr TargetState kTargetStates[] = {
    TargetState::Waiting, TargetState::Assigned,    TargetState::Received,
    TargetState::Staged,  TargetState::Applied,     TargetState::Rejected,
    TargetState::Failed,  TargetState::Unreachable, TargetState::Restored};

json::Value optional_time(const std::optional<WallTime>& time) {
  return time ? json::Value(format_time(*time)) : json::Value();
}

std::string_view mode_name(AssignMode mode) {
  switch (mode) {
    case AssignMode::Deliver:
      return "Deliver";
    case AssignMode::Stage:
      return "Stage";
    case AssignMode::Activate:
      return "Activate";
    case AssignMode::Switch:
      return "Switch";
  }
  return "Deliver";
}

json::Value step_json(const Deployment& deployment, const Running& running,
                      const std::optional<WallTime>& until) {
  return json::Object{{"index", static_cast<std::uint64_t>(running.step)},
                      {"of", static_cast<std::uint64_t>(deployment.plan.steps.size())},
                      {"phase", to_string(running.phase)},
                      {"since", format_time(running.since)},
                      {"until", optional_time(until)}};
}

/// What only this state has: the step it is at, why it is so, since when.
void add_state(json::Object& out, const Deployment& deployment) {
  const auto ended = [&out](const std::string& reason, WallTime at) {
    if (!reason.empty()) out.append("stateReason", reason);
    out.append("finishedAt", format_time(at));
  };
  std::visit(Overloaded{[](const Planned&) {},
                        [&](const Running& s) {
                          out.append("step", step_json(deployment, s, next_deadline(deployment)));
                        },
                        [&](const Paused& s) {
                          out.append("step", step_json(deployment, s.at, std::nullopt));
                          out.append("stateReason", s.reason);
                          out.append("stateSince", format_time(s.since));
                        },
                        [&](const RollingBack& s) {
                          out.append("stateReason", s.reason);
                          out.append("stateSince", format_time(s.since));
                          if (s.verifying) out.append("verifyingSince", format_time(*s.verifying));
                        },
                        [&](const Succeeded& s) { ended({}, s.at); },
                        [&](const RolledBack& s) { ended(s.reason, s.at); },
                        [&](const Failed& s) { ended(s.reason, s.at); },
                        [&](const Cancelled& s) { ended(s.reason, s.at); }},
             deployment.state);
}

json::Value target_json(const Target& target) {
  json::Object out{{"instance", target.instance.str()},
                   {"zone", target.zone},
                   {"state", to_string(target.state)},
                   {"previous", version_or_null(target.previous)},
                   {"since", format_time(target.since)}};
  if (!target.reason.empty()) out.append("reason", target.reason);
  if (target.offline_at_start) out.append("offlineAtStart", true);
  if (target.attempts > 1) out.append("attempts", std::uint64_t{target.attempts});
  return out;
}

void add_safety(json::Object& out, const Deployment& deployment) {
  out.append("proof", to_json(deployment.proof));
  out.append("pools", deployment.pools ? to_json(*deployment.pools) : json::Value());
  out.append("tallies", to_json(deployment.tallies));
  json::Array calls;
  for (const auto& call : deployment.hook_calls) calls.push_back(to_json(call));
  out.append("hookCalls", std::move(calls));
}

void add_counts(json::Object& out, const Deployment& deployment) {
  json::Object counts;
  for (const auto state : kTargetStates) {
    const auto number = count(deployment, state);
    if (number > 0) {
      counts.append(std::string(to_string(state)), static_cast<std::uint64_t>(number));
    }
  }
  out.append("counts", std::move(counts));
}

void add_targets(json::Object& out, const Deployment& deployment) {
  json::Array targets;
  targets.reserve(deployment.targets.size());
  for (const auto& target : deployment.targets) targets.push_back(target_json(target));
  out.append("targets", std::move(targets));
}

}  // namespace

json::Value plan_json(const Plan& plan, std::size_t targets) {
  json::Array steps;
  for (const auto& step : plan.steps) {
    steps.emplace_back(json::Object{
        {"cohort", static_cast<std::uint64_t>(step.cohort)},
        {"percentage", step.percentage},
        {"mode", mode_name(step.mode)},
        {"soak", format_duration(step.soak)},
        {"gate", step.gate == Gate::Manual ? "Manual" : "None"},
        {"judged", step.judged},
        {"idle", step.idle},
        {"deliverySpread", format_duration(step.delivery_spread)},
        {"exposure", json::Object{{"instances", static_cast<std::uint64_t>(step.cohort)},
                                  {"of", static_cast<std::uint64_t>(targets)}}}});
  }
  return json::Object{{"steps", std::move(steps)},
                      {"bake", format_duration(plan.bake)},
                      {"ackTimeout", format_duration(plan.ack_timeout)},
                      {"revertWindow", format_duration(plan.revert_window)},
                      {"failureBudget", static_cast<std::uint64_t>(plan.failure_budget)},
                      {"expectedDuration", format_duration(expected_duration(plan))}};
}

json::Object deployment_json(const Deployment& deployment, DeploymentDetail detail) {
  json::Object out{{"id", deployment.id.str()},
                   {"configName", deployment.profile.str()},
                   {"configVersion", deployment.version.str()},
                   {"hash", deployment.hash},
                   {"serviceName", deployment.service.str()},
                   {"environment", deployment.environment},
                   {"state", state_name(deployment.state)}};
  add_state(out, deployment);
  out.append("nextDeadline", optional_time(next_deadline(deployment)));
  out.append("previousStable", version_or_null(deployment.previous_stable));
  out.append("strategy", to_json(deployment.strategy));
  out.append("partial", deployment.partial);
  out.append("forced", deployment.forced);
  out.append("reason", deployment.reason);
  out.append("createdBy", deployment.created_by);
  out.append("createdAt", format_time(deployment.created_at));
  out.append("startAt", optional_time(deployment.start_at));
  out.append("approval", deployment.approval ? to_json(*deployment.approval) : json::Value());
  out.append("traceId", deployment.trace_id);
  out.append("judgement", deployment.judgement ? to_json(*deployment.judgement) : json::Value());
  out.append("revision", deployment.revision);
  if (detail == DeploymentDetail::Summary) return out;
  out.append("fit", to_json(deployment.fit));
  out.append("health", to_json(deployment.health));
  out.append("plan", plan_json(deployment.plan, deployment.targets.size()));
  add_safety(out, deployment);
  add_counts(out, deployment);
  if (detail == DeploymentDetail::Full) add_targets(out, deployment);
  return out;
}

}  // namespace hotswap::api
