#include "orchestrator/report_service.hpp"

#include "domain/health/replay.hpp"
#include "domain/secret/mask.hpp"
#include "orchestrator/deployment_explanation.hpp"
#include "orchestrator/deployment_report.hpp"

namespace hotswap {
namespace {

/// Opened, so that no secret of it is left in what instances said.
Result<std::optional<json::Value>> document(VersionCache& versions, const ProfileName& profile,
                                            const std::optional<SemVer>& number) {
  if (!number) return std::nullopt;
  const auto version = versions.get(profile, *number);
  if (!version) return std::nullopt;  // deleted with its profile: the report goes without
  auto opened = versions.document(**version);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::optional(std::move(*opened));
}

/// What happened to the deployment itself, in the terms of a replay.
json::Value happened(const DeploymentHistory& history) {
  const Deployment& deployment = history.deployment;
  const Ending end = ending_of(deployment.state);
  const auto at = [&](std::string_view kind) {
    const TimelineEvent* event = history.first(kind);
    return event == nullptr ? json::Value() : json::Value(format_time(event->at));
  };
  return json::Object{{"state", std::string(state_name(deployment.state))},
                      {"reason", end.reason},
                      {"rolledBackAt", at("rollback.detected")},
                      {"pausedAt", at("deployment.paused")},
                      {"endedAt", end.at ? json::Value(format_time(*end.at)) : json::Value()}};
}

std::string seconds_between(WallTime early, WallTime late) {
  return format_duration(std::chrono::duration_cast<std::chrono::seconds>(late - early));
}

/// One sentence: what the other policy would have changed.
std::string difference(const DeploymentHistory& history, const Replay& replayed) {
  const TimelineEvent* real = history.first("rollback.detected");
  if (!replayed.would_roll_back) {
    const std::string waits = replayed.would_pause ? "It would have paused for a person at " +
                                                         format_time(*replayed.would_pause) + ": " +
                                                         replayed.reason + "."
                                                   : std::string("It would have gone on.");
    return real == nullptr && !replayed.would_pause
               ? "This policy would have decided the same: nothing to roll back."
               : "This policy would not have rolled it back. " + waits;
  }
  const WallTime at = *replayed.would_roll_back;
  std::string text =
      "This policy would have rolled it back at " + format_time(at) + ": " + replayed.reason + ".";
  if (real == nullptr) return text + " The deployment was not rolled back.";
  if (at == real->at) return text + " That is when it happened.";
  return text + " That is " +
         (at < real->at ? seconds_between(at, real->at) + " earlier"
                        : seconds_between(real->at, at) + " later") +
         " than it happened.";
}

}  // namespace

Result<DeploymentHistory> ReportService::history(const Caller& caller, const DeploymentId& id) {
  constexpr auto kAction = Action::DeploymentRead;
  if (auto ok = authorize(caller.principal, kAction); !ok) return std::unexpected(ok.error());
  auto history = load_history(parts_.store, parts_.fleet, id);
  if (!history) return history;
  const auto profile = parts_.store.profile(history->deployment.profile);
  // The record of a deleted profile's deployment stays readable.
  if (!profile) return history;
  if (auto ok = authorize(caller.principal, kAction, &profile->access); !ok)
    return std::unexpected(ok.error());
  return history;
}

Result<json::Value> ReportService::report(const Caller& caller, const DeploymentId& id) {
  const auto read = history(caller, id);
  if (!read) return std::unexpected(read.error());
  const Deployment& deployment = read->deployment;
  ReportDocuments documents;
  documents.previous = usual_previous(deployment);
  auto from = document(parts_.versions, deployment.profile, documents.previous);
  if (!from) return std::unexpected(from.error());
  auto to = document(parts_.versions, deployment.profile, deployment.version);
  if (!to) return std::unexpected(to.error());
  documents.from = std::move(*from);
  documents.to = std::move(*to);
  return make_report(*read, documents, parts_.fleet, parts_.clock.wall());
}

Result<json::Value> ReportService::explanation(const Caller& caller, const DeploymentId& id) {
  const auto read = history(caller, id);
  if (!read) return std::unexpected(read.error());
  const Deployment& deployment = read->deployment;
  ExplanationInput input;
  for (const auto& number : {usual_previous(deployment), std::optional(deployment.version)}) {
    const auto known = document(parts_.versions, deployment.profile, number);
    if (!known) return std::unexpected(known.error());
    if (*known) std::ranges::move(secret_texts(**known), std::back_inserter(input.secrets));
  }
  input.around = around(deployment);
  return make_explanation(*read, input, parts_.clock.wall());
}

/// Without an answer the explanation goes without.
explain::Surroundings ReportService::around(const Deployment& deployment) {
  const bool may_matter = std::holds_alternative<Planned>(deployment.state) ||
                          std::holds_alternative<Paused>(deployment.state);
  if (!parts_.calendar || !may_matter) return {};
  const auto profile = parts_.store.profile(deployment.profile);
  if (!profile) return {};
  auto permission = parts_.calendar(*profile);
  if (!permission) return {};
  return {std::move(*permission)};
}

Result<json::Value> ReportService::replay(const Caller& caller, const DeploymentId& id,
                                          const HealthPolicy& health) {
  const auto read = history(caller, id);
  if (!read) return std::unexpected(read.error());
  if (read->records.empty())
    return fail(ErrorCode::Conflict, "replay.no_records",
                "Nothing was measured in this deployment: there is nothing to judge anew.");
  const Replay replayed = hotswap::replay(health, read->deployment.baseline, read->records);
  return json::Object{{"deployment", id.value},
                      {"policy", to_json(health)},
                      {"happened", happened(*read)},
                      {"replay", to_json(replayed)},
                      {"records", static_cast<std::uint64_t>(read->records.size())},
                      {"complete", read->complete},
                      {"difference", difference(*read, replayed)}};
}

}  // namespace hotswap
