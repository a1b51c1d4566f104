#include "orchestrator/deployment_log.hpp"

#include <algorithm>

#include "domain/base/short_duration.hpp"

namespace hotswap {
namespace {

struct TurningPoint {
  std::string_view kind;
  LogLevel level;
  std::string_view message;
};

constexpr TurningPoint kTurningPoints[] = {
    {"deployment.started", LogLevel::Info, "Deployment started"},
    {"step.assigning", LogLevel::Info, "Step handed out"},
    {"step.awaiting_promotion", LogLevel::Info, "Waiting for somebody to promote"},
    {"deployment.paused", LogLevel::Warning, "Deployment paused"},
    {"deployment.resumed", LogLevel::Info, "Deployment resumed"},
    {"deployment.succeeded", LogLevel::Info, "Configuration deployed successfully"},
    {"deployment.cancelled", LogLevel::Info, "Deployment cancelled"},
    {"deployment.failed", LogLevel::Error, "Deployment failed"},
    {"approval.expired", LogLevel::Warning, "Nobody approved in time"},
    {"target.rejected", LogLevel::Warning, "An instance refused the version"},
    {"target.failed", LogLevel::Warning, "An instance did not confirm in time"},
    {"target.unreachable", LogLevel::Warning, "An instance could not be reached"},
    {"hook.failed", LogLevel::Warning, "A hook refused or failed"},
    {"gate.timed_out", LogLevel::Warning, "Nobody decided at the gate in time"},
    {"traffic.not_switched", LogLevel::Warning, "The router did not switch"},
    {"health.source_error", LogLevel::Warning, "A source of health could not be asked"},
    {"rollback.started", LogLevel::Warning, "Rollback started"},
    {"rollback.reported", LogLevel::Warning, "Configuration rolled back"}};

const TurningPoint* turning_point(std::string_view kind) {
  const auto* found = std::ranges::find(kTurningPoints, kind, &TurningPoint::kind);
  return found == std::end(kTurningPoints) ? nullptr : found;
}

void add_outcome(LogFields& fields, const Deployment& next, WallTime now) {
  fields.push_back({"instancesDeployed", count(next, TargetState::Applied)});
  const auto failed = count(next, TargetState::Rejected) + count(next, TargetState::Failed) +
                      count(next, TargetState::Unreachable);
  if (failed > 0) fields.push_back({"instancesFailed", failed});
  fields.push_back({"duration", format_short(now - next.created_at)});
}

}  // namespace

void add_deployment_fields(LogFields& fields, const Deployment& deployment) {
  fields.push_back({"deploymentId", deployment.id.value});
  fields.push_back({"configName", deployment.profile.value});
  fields.push_back({"configVersion", deployment.version.str()});
  fields.push_back({"strategy", kind_name(deployment.strategy)});
}

void log_decision(Logger& logger, const Decision& decision, WallTime now) {
  for (const Effect& effect : decision.effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record == nullptr) continue;
    const TurningPoint* point = turning_point(record->kind);
    const LogLevel level = point == nullptr ? LogLevel::Debug : point->level;
    if (!logger.enabled(level, "runner")) continue;
    LogFields fields{{"event", record->kind}, {"detail", record->message}};
    if (const auto* id = record->data.find("instance"); id != nullptr && id->as_string())
      fields.push_back({"instanceId", id->as_string()->str()});
    if (is_terminal(decision.next.state)) add_outcome(fields, decision.next, now);
    logger.write(level, "runner", point == nullptr ? "Timeline" : point->message, fields);
  }
}

}  // namespace hotswap
