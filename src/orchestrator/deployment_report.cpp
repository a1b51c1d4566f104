// The report of a deployment: what happened, on what evidence, and what is suspected.
#include "domain/base/limits.hpp"
#include "domain/diff/diff.hpp"
#include "domain/json/parse.hpp"
#include "orchestrator/deployment_service.hpp"

namespace hotswap {
namespace {

/// The version that most of the targets ran before.
std::optional<SemVer> usual_previous(const Deployment& deployment) {
  std::map<SemVer, std::size_t> counts;
  for (const Target& target : deployment.targets)
    if (target.previous) ++counts[*target.previous];
  const auto most =
      std::ranges::max_element(counts, {}, &std::pair<const SemVer, std::size_t>::second);
  if (most == counts.end()) return deployment.previous_stable;
  return most->first;
}

json::Value suspected_cause(VersionCache& versions, const Deployment& deployment,
                            const std::optional<SemVer>& previous) {
  if (!previous) return {};
  auto before = versions.get(deployment.profile, *previous);
  auto after = versions.get(deployment.profile, deployment.version);
  if (!before || !after) return {};
  auto from = json::parse((*before)->content);
  auto to = json::parse((*after)->content);
  if (!from || !to) return {};
  return diff_json(diff(*from, *to));
}

json::Array timeline_json(const std::vector<TimelineEvent>& events) {
  json::Array lines;
  for (const TimelineEvent& event : events) lines.push_back(to_json(event));
  return lines;
}

/// Times of the rollback's first and last event, in milliseconds between them.
json::Value rollback_times(const std::vector<TimelineEvent>& events) {
  std::optional<WallTime> detected, verified, started;
  for (const TimelineEvent& event : events) {
    if (event.kind == "rollback.detected") detected = event.at;
    if (event.kind == "rollback.started") started = event.at;
    if (event.kind == "rollback.verified") verified = event.at;
  }
  if (!detected) return {};
  json::Object times{{"detectedAt", format_time(*detected)}};
  if (verified) times.set("verifiedAt", format_time(*verified));
  if (verified && started)
    times.set("rollbackMs", static_cast<std::int64_t>((*verified - *started).count()));
  return times;
}

json::Array affected(const Deployment& deployment) {
  json::Array targets;
  for (const Target& target : deployment.targets) {
    if (target.state == TargetState::Waiting) continue;
    json::Object item{
        {"instance", target.instance.value},
        {"zone", target.zone},
        {"state", std::string(to_string(target.state))},
        {"previous", target.previous ? json::Value(target.previous->str()) : json::Value()}};
    if (!target.reason.empty()) item.set("reason", target.reason);
    targets.push_back(std::move(item));
  }
  return targets;
}

}  // namespace

Result<json::Value> DeploymentService::report(const Caller& caller, const DeploymentId& id) {
  auto deployment = get(caller, id);
  if (!deployment) return std::unexpected(deployment.error());
  std::vector<TimelineEvent> events;
  for (std::uint64_t after = 0;;) {
    auto page = store_.events({.profile = {}, .deployment = id.value}, after, limits::kPageMax);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) break;
    after = page->back().sequence;
    std::ranges::move(*page, std::back_inserter(events));
    if (events.size() > limits::kEventBacklog) break;
  }
  const auto previous = usual_previous(*deployment);
  json::Object report{{"deployment", id.value},
                      {"configName", deployment->profile.value},
                      {"version", deployment->version.str()},
                      {"previousVersion", previous ? json::Value(previous->str()) : json::Value()},
                      {"strategy", to_json(deployment->strategy)},
                      {"state", to_json(deployment->state)},
                      {"startedBy", deployment->created_by},
                      {"startedAt", format_time(deployment->created_at)},
                      {"traceId", deployment->trace_id}};
  report.set("rollback", rollback_times(events));
  report.set("evidence", deployment->judgement ? to_json(*deployment->judgement) : json::Value());
  report.set("baseline", deployment->baseline ? to_json(*deployment->baseline) : json::Value());
  if (!deployment->fit.schema.empty()) report.set("fit", to_json(deployment->fit));
  report.set("affected", affected(*deployment));
  report.set("changes", suspected_cause(versions_, *deployment, previous));
  report.set("timeline", timeline_json(events));
  return json::Value(std::move(report));
}

}  // namespace hotswap
