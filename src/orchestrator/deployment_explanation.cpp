#include "orchestrator/deployment_explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/secret/mask.hpp"
#include "orchestrator/explanation_past.hpp"

namespace hotswap {
namespace {

/// The verdicts were told in full before.
std::string brief(const Deployment& deployment, const std::string& reason) {
  if (!reason.starts_with("health failed") || !deployment.judgement) return reason;
  std::vector<std::string> names;
  for (const CriterionVerdict& verdict : deployment.judgement->verdicts)
    if (verdict.outcome == Outcome::Fail && !verdict.dry_run) names.push_back(verdict.criterion);
  return names.empty() ? reason : "health failed by " + explain::joined(names);
}

/// What only the timeline knows of a rollback.
std::vector<std::string> rollback_sentences(const DeploymentHistory& history) {
  std::vector<std::string> out;
  const auto* end = std::get_if<RolledBack>(&history.deployment.state);
  if (end == nullptr) return out;
  out.push_back(explain::sentence("It rolled back" +
                                  explain::because(brief(history.deployment, end->reason))));
  const TimelineEvent* detected = history.first("rollback.detected");
  if (detected != nullptr)
    out.push_back(
        fmt::format("From the decision at {} until everybody ran the old version again "
                    "and health was verified it took {}.",
                    explain::clock_of(detected->at), explain::length(end->at - detected->at)));
  return out;
}

json::Value time_or_null(const std::optional<WallTime>& time) {
  return time ? json::Value(format_time(*time)) : json::Value();
}

}  // namespace

json::Value make_explanation(const DeploymentHistory& history, const ExplanationInput& input,
                             WallTime now) {
  const Deployment& deployment = history.deployment;
  auto past = explain::past_of(history);
  auto around = input.around;
  around.health_told = past.health_told;
  auto standing = explain::standing_of(deployment, around, now);
  const auto masked = [&](const std::string& text) {
    return without_secrets(history.named(text), input.secrets);
  };
  json::Array lines;
  for (const auto* part : {&past.sentences, &standing.sentences}) {
    if (part == &standing.sentences)
      for (const auto& text : rollback_sentences(history)) lines.push_back(masked(text));
    for (const std::string& text : *part) lines.push_back(masked(text));
  }
  const auto& waits = standing.waits_for;
  return json::Object{{"deployment", deployment.id.value},
                      {"configName", deployment.profile.value},
                      {"version", deployment.version.str()},
                      {"state", std::string(state_name(deployment.state))},
                      {"waitsFor", waits.empty() ? json::Value() : json::Value(masked(waits))},
                      {"since", time_or_null(standing.since)},
                      {"next", masked(standing.next)},
                      {"nextAt", time_or_null(standing.next_at)},
                      {"sentences", std::move(lines)},
                      {"steps", std::move(past.steps)},
                      {"actions", std::move(past.actions)}};
}

}  // namespace hotswap
