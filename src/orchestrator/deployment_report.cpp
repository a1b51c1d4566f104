#include "orchestrator/deployment_report.hpp"

#include <algorithm>

#include "domain/base/overloaded.hpp"
#include "domain/rollout/suspects.hpp"
#include "domain/secret/mask.hpp"
#include "orchestrator/deployment_charts.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLogLines = 200;
constexpr std::size_t kLogsOfOne = 30;
constexpr Duration kLogsAfter = 5min;  ///< an instance tells of its trouble a little later
constexpr std::size_t kSuspects = 50;

json::Value version_or_null(const std::optional<SemVer>& version) {
  return version ? json::Value(version->str()) : json::Value();
}

/// Instances that a failing verdict names.
std::set<InstanceId> driving(const Deployment& deployment) {
  std::set<InstanceId> out;
  if (!deployment.judgement) return out;
  for (const CriterionVerdict& verdict : deployment.judgement->verdicts)
    if (verdict.outcome == Outcome::Fail)
      for (const Driver& driver : verdict.drivers) out.insert(driver.instance);
  return out;
}

/// The report while it is written: what every part of it looks at.
struct Writing {
  const DeploymentHistory& history;
  const FleetService& fleet;
  std::set<InstanceId> drivers;
  std::map<InstanceId, Mishap> mishaps;
  std::vector<std::string> secrets;

  const Deployment& deployment() const { return history.deployment; }
  const Mishap* mishap_of(const Target& target) const {
    const auto found = mishaps.find(target.instance);
    return found == mishaps.end() ? nullptr : &found->second;
  }
  bool has_failed(const Target& target) const {
    return mishap_of(target) != nullptr || drivers.contains(target.instance);
  }
  std::string clean(std::string_view text) const {
    return without_secrets(history.named(text), secrets);
  }
};

/// Every text in the value without secrets.
json::Value cleaned(const Writing& w, const json::Value& value) {
  if (w.secrets.empty()) return value;
  if (const auto* text = value.as_string()) return without_secrets(text->view(), w.secrets);
  if (const auto* items = value.as_array()) {
    json::Array out;
    for (const auto& item : *items) out.push_back(cleaned(w, item));
    return out;
  }
  if (const auto* members = value.as_object()) {
    json::Object out;
    for (const auto& [name, member] : *members) out.append(name, cleaned(w, member));
    return out;
  }
  return value;
}

struct Step {
  std::string_view name, kind;
};
constexpr Step kSixSteps[] = {{"Detect", "rollback.detected"}, {"Alert", "rollback.alerted"},
                              {"Pause", "rollback.paused"},    {"Rollback", "rollback.started"},
                              {"Verify", "rollback.verified"}, {"Report", "rollback.reported"}};

/// Each step of the rollback with the milliseconds since detection and until the next one.
json::Value rollback_json(const Writing& w) {
  const TimelineEvent* detected = w.history.first("rollback.detected");
  if (detected == nullptr) return {};
  json::Array steps;
  for (std::size_t i = 0; i < std::size(kSixSteps); ++i) {
    const TimelineEvent* event = w.history.first(kSixSteps[i].kind);
    if (event == nullptr) break;
    const TimelineEvent* next =
        i + 1 < std::size(kSixSteps) ? w.history.first(kSixSteps[i + 1].kind) : nullptr;
    json::Object step{{"step", kSixSteps[i].name},
                      {"at", format_time(event->at)},
                      {"afterMs", static_cast<std::int64_t>((event->at - detected->at).count())},
                      {"message", w.clean(event->message)}};
    step.append("durationMs",
                next == nullptr
                    ? json::Value()
                    : json::Value(static_cast<std::int64_t>((next->at - event->at).count())));
    steps.push_back(std::move(step));
  }
  const TimelineEvent* started = w.history.first("rollback.started");
  const TimelineEvent* verified = w.history.first("rollback.verified");
  json::Object out{{"detectedAt", format_time(detected->at)},
                   {"by", detected->actor},
                   {"reason", w.clean(detected->message)}};
  if (verified != nullptr) out.append("verifiedAt", format_time(verified->at));
  if (verified != nullptr && started != nullptr)
    out.append("rollbackMs", static_cast<std::int64_t>((verified->at - started->at).count()));
  out.append("steps", std::move(steps));
  return out;
}

/// How an instance failed, in a few words; empty for one that did not.
std::string how_failed(const Writing& w, const Target& target) {
  const Mishap* mishap = w.mishap_of(target);
  if (mishap == nullptr) return w.drivers.contains(target.instance) ? "made its health worse" : "";
  if (mishap->state == TargetState::Rejected) return "refused the version";
  return mishap->state == TargetState::Failed ? "did not confirm in time" : "was not reachable";
}

json::Array affected(const Writing& w) {
  json::Array targets;
  for (const Target& target : w.deployment().targets) {
    if (target.state == TargetState::Waiting) continue;
    json::Object item{{"instance", target.instance.value},
                      {"hostname", w.history.name_of(target.instance)},
                      {"zone", target.zone},
                      {"state", to_string(target.state)},
                      {"since", format_time(target.since)},
                      {"previous", version_or_null(target.previous)}};
    const Mishap* mishap = w.mishap_of(target);
    const std::string& reason = mishap == nullptr ? target.reason : mishap->reason;
    if (!reason.empty()) item.append("reason", w.clean(reason));
    if (const auto how = how_failed(w, target); !how.empty()) item.append("how", how);
    targets.push_back(std::move(item));
  }
  return targets;
}

/// Lines of those that failed, while the deployment ran and a little after.
json::Array logs(const Writing& w, Symptoms& symptoms) {
  const auto end = ending_of(w.deployment().state).at;
  json::Array out;
  for (const Target& target : w.deployment().targets) {
    if (target.state == TargetState::Waiting || out.size() >= kLogLines) continue;
    if (!w.has_failed(target)) continue;
    const std::string name = w.history.name_of(target.instance);
    const auto lines = w.fleet.log_lines(target.instance);
    std::size_t count = 0;
    for (const LogLine& line : lines) {
      const bool during =
          line.at >= w.deployment().created_at && (!end || line.at <= *end + kLogsAfter);
      if (!during || ++count > kLogsOfOne) continue;
      const std::string message = w.clean(line.message);
      symptoms.said.push_back({Said::Kind::Log, name, message});
      out.push_back(json::Object{{"instance", target.instance.value},
                                 {"hostname", name},
                                 {"at", format_time(line.at)},
                                 {"level", line.level},
                                 {"message", message}});
    }
  }
  return out;
}

Traits traits_of(const Writing& w, const Target& target) {
  Traits traits{{"zone", target.zone}};
  const auto found = w.history.instances.find(target.instance);
  if (found == w.history.instances.end()) return traits;
  const Instance& instance = found->second;
  traits["pool"] = instance.pool;
  traits["program version"] = instance.version;
  for (const auto& [name, value] : instance.labels) traits["label " + name] = value;
  return traits;
}

void add_verdicts(const Writing& w, Symptoms& symptoms) {
  if (!w.deployment().judgement) return;
  for (const CriterionVerdict& verdict : w.deployment().judgement->verdicts) {
    if (verdict.outcome != Outcome::Fail) continue;
    const auto known =
        std::ranges::find(w.deployment().health.criteria, verdict.criterion, &Criterion::name);
    if (known == w.deployment().health.criteria.end()) continue;
    symptoms.errors |= known->kind == CriterionKind::ErrorRate;
    symptoms.latency |= known->kind == CriterionKind::LatencyP99;
    symptoms.checks |= known->kind == CriterionKind::HealthChecks;
    if (known->kind == CriterionKind::Custom) symptoms.metrics.push_back(known->metric);
    if (known->kind == CriterionKind::Query) symptoms.metrics.push_back(known->name);
  }
}

void add_targets(const Writing& w, Symptoms& symptoms) {
  for (const Target& target : w.deployment().targets) {
    if (target.state == TargetState::Waiting) continue;
    (w.has_failed(target) ? symptoms.failing : symptoms.fine).push_back(traits_of(w, target));
    const Mishap* mishap = w.mishap_of(target);
    if (mishap == nullptr || mishap->state != TargetState::Rejected) continue;
    symptoms.said.push_back(
        {Said::Kind::Rejection, w.history.name_of(target.instance), w.clean(mishap->reason)});
  }
}

void add_cause(json::Object& report, const ReportDocuments& documents, const Symptoms& symptoms) {
  json::Array suspects, shared;
  json::Value changes;
  if (documents.from && documents.to) {
    const Diff diff = masked_diff(*documents.from, *documents.to);
    changes = diff_json(diff);
    for (const Suspect& suspect : rank_suspects(diff, symptoms)) {
      if (suspects.size() == kSuspects) break;
      suspects.push_back(to_json(suspect));
    }
  }
  for (const auto& sentence : shared_traits(symptoms)) shared.push_back(sentence);
  report.append("suspects", std::move(suspects));
  report.append("shared", std::move(shared));
  report.append("changes", std::move(changes));
}

/// Vertical lines of the charts.
json::Array marks(const Writing& w) {
  constexpr std::string_view kKinds[] = {
      "step.assigning",    "deployment.promoted", "deployment.paused", "deployment.resumed",
      "rollback.detected", "rollback.verified",   "traffic.switched",  "deployment.succeeded",
      "deployment.failed", "deployment.cancelled"};
  json::Array out;
  for (const TimelineEvent& event : w.history.events) {
    if (std::ranges::find(kKinds, event.kind) == std::ranges::end(kKinds)) continue;
    std::string label = event.kind.substr(event.kind.find('.') + 1);
    if (event.kind == "step.assigning") {
      const auto* number = event.data.find("step");
      const auto step = number == nullptr ? std::nullopt : number->as_int();
      label = "step" + (step ? " " + std::to_string(*step + 1) : std::string());
    }
    if (event.kind == "rollback.detected") label = "rollback";
    out.push_back(
        json::Object{{"at", format_time(event.at)}, {"kind", event.kind}, {"label", label}});
  }
  return out;
}

json::Array timeline(const Writing& w) {
  json::Array lines;
  for (const TimelineEvent& event : w.history.events) {
    json::Value line = cleaned(w, to_json(event));
    line.as_object()->set("message", w.clean(event.message));
    if (!event.instance.empty())
      line.as_object()->set("hostname", w.history.name_of(event.instance));
    lines.push_back(std::move(line));
  }
  return lines;
}

json::Value evidence(const Writing& w) {
  if (!w.deployment().judgement) return {};
  Judgement judgement = *w.deployment().judgement;
  for (CriterionVerdict& verdict : judgement.verdicts) {
    verdict.explanation = w.clean(verdict.explanation);
    verdict.error = w.clean(verdict.error);
  }
  json::Value out = to_json(judgement);
  auto* verdicts =
      out.find("verdicts") == nullptr ? nullptr : out.as_object()->find("verdicts")->as_array();
  if (verdicts == nullptr) return out;
  // People know instances by their host.
  for (json::Value& verdict : *verdicts)
    for (const char* list : {"drivers", "outliers"}) {
      auto* members = verdict.as_object()->find(list);
      if (members == nullptr || members->as_array() == nullptr) continue;
      for (json::Value& driver : *members->as_array())
        if (const auto* id = driver.find("instance"); id != nullptr && id->as_string() != nullptr)
          driver.as_object()->set("hostname",
                                  w.history.name_of(InstanceId(id->as_string()->str())));
    }
  return out;
}

/// Null where nobody else was needed.
json::Value approval_json(const Writing& w) {
  auto approval = w.deployment().approval;
  if (!approval) return {};
  approval->reason = w.clean(approval->reason);
  return to_json(*approval);
}

json::Object heading(const Writing& w, const ReportDocuments& documents, WallTime now) {
  const Deployment& deployment = w.deployment();
  const Ending end = ending_of(deployment.state);
  json::Object out{{"deployment", deployment.id.value},
                   {"configName", deployment.profile.value},
                   {"serviceName", deployment.service.value},
                   {"environment", deployment.environment},
                   {"version", deployment.version.str()},
                   {"previousVersion", version_or_null(documents.previous)},
                   {"strategy", to_json(deployment.strategy)},
                   {"state", to_json(deployment.state)},
                   {"stateReason", w.clean(end.reason)},
                   {"startedBy", deployment.created_by},
                   {"startedAt", format_time(deployment.created_at)},
                   {"finishedAt", end.at ? json::Value(format_time(*end.at)) : json::Value()},
                   {"reason", w.clean(deployment.reason)},
                   {"forced", deployment.forced},
                   {"approval", approval_json(w)},
                   {"traceId", deployment.trace_id},
                   {"targets", static_cast<std::uint64_t>(deployment.targets.size())},
                   {"madeAt", format_time(now)},
                   {"complete", w.history.complete}};
  return out;
}

}  // namespace

Ending ending_of(const DeploymentState& state) {
  return std::visit(
      Overloaded{[](const Planned&) { return Ending{}; }, [](const Running&) { return Ending{}; },
                 [](const Paused& s) { return Ending{s.reason, {}}; },
                 [](const RollingBack& s) { return Ending{s.reason, {}}; },
                 [](const Succeeded& s) { return Ending{{}, s.at}; },
                 [](const auto& s) { return Ending{s.reason, s.at}; }},
      state);
}

std::optional<SemVer> usual_previous(const Deployment& deployment) {
  std::map<SemVer, std::size_t> counts;
  for (const Target& target : deployment.targets)
    if (target.previous) ++counts[*target.previous];
  const auto most =
      std::ranges::max_element(counts, {}, &std::pair<const SemVer, std::size_t>::second);
  if (most == counts.end()) return deployment.previous_stable;
  return most->first;
}

json::Value make_report(const DeploymentHistory& history, const ReportDocuments& documents,
                        const FleetService& fleet, WallTime now) {
  Writing w{history, fleet, driving(history.deployment), history.mishaps(), {}};
  for (const auto* document : {&documents.from, &documents.to})
    if (*document) std::ranges::move(secret_texts(**document), std::back_inserter(w.secrets));
  json::Object report = heading(w, documents, now);
  report.append("rollback", rollback_json(w));
  report.append("evidence", evidence(w));
  json::Array charts;
  for (const Chart& chart : charts_of(history.deployment, history.records))
    charts.push_back(to_json(chart));
  report.append("charts", std::move(charts));
  report.append("marks", marks(w));
  report.append("baseline", history.deployment.baseline ? to_json(history.deployment.baseline->all)
                                                        : json::Value());
  if (!history.deployment.fit.schema.empty()) report.append("fit", to_json(history.deployment.fit));
  report.append("affected", affected(w));
  Symptoms symptoms;
  add_verdicts(w, symptoms);
  add_targets(w, symptoms);
  report.append("logs", logs(w, symptoms));
  add_cause(report, documents, symptoms);
  report.append("timeline", timeline(w));
  return report;
}

}  // namespace hotswap
