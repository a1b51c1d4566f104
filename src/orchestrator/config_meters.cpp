#include "orchestrator/config_meters.hpp"

#include "domain/base/overloaded.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kReverts = 1000;

/// From a direct deployment of milliseconds to a rolling one of a day.
const std::vector<double>& rollout_bounds() {
  static const std::vector<double> kBounds = {0.1, 0.5, 1,    5,    15,    60,
                                              300, 600, 1200, 3600, 14400, 86400};
  return kBounds;
}

/// From a swap of pointers to the 5 s that a reload may take, and beyond.
const std::vector<double>& short_bounds() {
  static const std::vector<double> kBounds = {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05,
                                              0.1,    0.25,   0.5,   1,     2.5,  5,     30};
  return kBounds;
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// What an ended deployment came to; null while it goes on.
const char* outcome_of(const DeploymentState& state) {
  return std::visit(Overloaded{[](const Succeeded&) { return "succeeded"; },
                               [](const RolledBack&) { return "rolled_back"; },
                               [](const Failed&) { return "failed"; },
                               [](const Cancelled&) { return "cancelled"; },
                               [](const Planned&) -> const char* { return nullptr; },
                               [](const Running&) -> const char* { return nullptr; },
                               [](const Paused&) -> const char* { return nullptr; },
                               [](const RollingBack&) -> const char* { return nullptr; }},
                    state);
}

/// When it could begin: neither its start time nor a person was waited for any more.
WallTime begin_of(const Deployment& deployment) {
  WallTime begin = deployment.created_at;
  if (deployment.start_at) begin = std::max(begin, *deployment.start_at);
  if (deployment.approval) begin = std::max(begin, deployment.approval->at);
  return begin;
}

bool is_pending(TargetState state) {
  return state == TargetState::Assigned || state == TargetState::Received;
}

bool is_reached(TargetState state) {
  return state == TargetState::Staged || state == TargetState::Applied ||
         state == TargetState::Restored;
}

/// What of a person a deployment waits for; null: nothing.
const char* awaited_of(const Deployment& deployment) {
  if (awaits_approval(deployment)) return "approval";
  if (std::holds_alternative<Paused>(deployment.state)) return "resume";
  const auto* running = std::get_if<Running>(&deployment.state);
  return running != nullptr && running->phase == Phase::AwaitingPromotion ? "promotion" : nullptr;
}

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "pass";
    case Outcome::Fail:
      return "fail";
    case Outcome::Inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

}  // namespace

ConfigMeters::ConfigMeters(Metrics& metrics)
    : metrics_(metrics),
      created_(metrics.counter("configs_created_total", "Profiles created")),
      active_(metrics.gauge("configs_active", "Profiles with a live version")),
      profiles_stored_(metrics.gauge("hotswap_profiles", "Profiles, with or without live version")),
      outbox_(metrics.gauge("hotswap_outbox_waiting", "Outside effects that wait to be done")),
      outbox_age_(metrics.gauge("hotswap_outbox_age_seconds",
                                "How long the oldest outside effect has waited")),
      dead_(metrics.gauge("hotswap_outbox_dead", "Outside effects that were given up")) {
  // There from the start: what appears with its first increase shows none.
  for (const char* outcome : {"pass", "fail", "inconclusive"})
    metrics.counter("hotswap_judgements_total", "Judgements of running deployments, by outcome",
                    {{"outcome", outcome}});
}

void ConfigMeters::happened(const TimelineEvent& event) {
  if (event.kind == "config.created") created_.add();
}

void ConfigMeters::judged(const Judgement& judgement) {
  metrics_
      .counter("hotswap_judgements_total", "Judgements of running deployments, by outcome",
               {{"outcome", name_of(judgement.overall)}})
      .add();
}

void ConfigMeters::checked(const ConfigService::Checked& checked) {
  metrics_
      .histogram("config_validation_duration_seconds", "Time to check a document by its schema",
                 short_bounds(), {{"outcome", checked.valid ? "valid" : "invalid"}})
      .observe(std::chrono::duration<double>(checked.took).count(), checked.trace_id);
  if (checked.valid) return;
  metrics_
      .counter("configs_validation_failures_total", "Documents that did not satisfy their schema",
               {{"profile", profiles_.of(checked.profile.value)}})
      .add();
}

void ConfigMeters::observed(const Observation& seen) {
  if (!seen.reload) return;
  metrics_
      .histogram("config_reload_duration_seconds",
                 "Time that instances took to check a version and swap to it, as they report it",
                 short_bounds(), {{"profile", profiles_.of(seen.profile.value)}})
      .observe(std::chrono::duration<double>(*seen.reload).count());
}

void ConfigMeters::saved(const SavedDecision& saved) {
  reached(saved);
  rolled_back(saved);
  const char* outcome = outcome_of(saved.now.state);
  if (outcome != nullptr && outcome_of(saved.before.state) != outcome)
    ended(saved.before, saved.now, outcome);
}

void ConfigMeters::reached(const SavedDecision& saved) {
  Distribution* lag = nullptr;
  for (const std::size_t place : saved.changed) {
    if (place >= saved.before.targets.size() || place >= saved.now.targets.size()) continue;
    const Target& before = saved.before.targets[place];
    const Target& now = saved.now.targets[place];
    if (before.instance != now.instance) continue;
    if (!is_pending(before.state) || !is_reached(now.state)) continue;
    if (lag == nullptr)
      lag = &metrics_.histogram(
          "hotswap_fanout_lag_seconds",
          "From a version being desired of an instance to its word that it holds or runs it",
          short_bounds(), {{"profile", profiles_.of(saved.now.profile.value)}});
    lag->observe(seconds(now.since - before.since), saved.now.trace_id);
  }
}

void ConfigMeters::rolled_back(const SavedDecision& saved) {
  const bool begins = std::holds_alternative<RollingBack>(saved.now.state) &&
                      !std::holds_alternative<RollingBack>(saved.before.state);
  if (!begins) return;
  if (std::holds_alternative<Succeeded>(saved.before.state)) {
    const MutexLock lock(mutex_);
    if (reverted_.size() < kReverts) reverted_.insert(saved.now.id);
  }
  metrics_
      .counter("configs_rollback_total", "Rollbacks begun, by who asked for them",
               {{"profile", profiles_.of(saved.now.profile.value)},
                {"cause", saved.by_person ? "person" : "automatic"}})
      .add();
}

void ConfigMeters::ended(const Deployment& before, const Deployment& now, const char* outcome) {
  metrics_
      .counter("configs_deployed_total", "Deployments that ended, by outcome",
               {{"profile", profiles_.of(now.profile.value)}, {"outcome", outcome}})
      .add();
  const WallTime end = now.progressed_at;
  if (const auto* rolling = std::get_if<RollingBack>(&before.state))
    metrics_
        .histogram("config_rollback_duration_seconds",
                   "From the decision to roll back to its verified end", rollout_bounds(),
                   {{"outcome", outcome}})
        .observe(seconds(end - rolling->since), now.trace_id);
  // One that never began took no time.
  if (std::holds_alternative<Planned>(before.state)) return;
  const MutexLock lock(mutex_);
  if (reverted_.erase(now.id) > 0) return;
  metrics_
      .histogram("config_deployment_duration_seconds",
                 "From a deployment's start to its end, time to decide included", rollout_bounds(),
                 {{"strategy", std::string(kind_name(now.strategy))}, {"outcome", outcome}})
      .observe(seconds(end - begin_of(now)), now.trace_id);
}

void ConfigMeters::show(const StoreFigures& figures, WallTime now) {
  active_.set(static_cast<double>(figures.live));
  profiles_stored_.set(static_cast<double>(figures.profiles));
  outbox_.set(static_cast<double>(figures.outbox));
  outbox_age_.set(figures.oldest ? std::max(0.0, seconds(now - *figures.oldest)) : 0);
  dead_.set(static_cast<double>(figures.dead));
}

void ConfigMeters::show(const std::vector<DeploymentPtr>& deployments, WallTime now) {
  std::map<MetricLabels, double> waiting{
      {{{"for", "approval"}}, 0}, {{{"for", "promotion"}}, 0}, {{{"for", "resume"}}, 0}};
  std::map<MetricLabels, double> quiet{{{{"state", "Running"}}, 0},
                                       {{{"state", "RollingBack"}}, 0}};
  double overdue = 0;
  for (const auto& deployment : deployments) {
    if (const char* awaited = awaited_of(*deployment)) ++waiting[{{"for", awaited}}];
    if (const auto due = next_deadline(*deployment))
      overdue = std::max(overdue, seconds(now - *due));
    const auto state = quiet.find({{"state", std::string(state_name(deployment->state))}});
    if (state != quiet.end())
      state->second = std::max(state->second, seconds(now - deployment->progressed_at));
  }
  metrics_.replace_gauges("hotswap_deployments_waiting",
                          "Deployments that wait for a person, by what for", waiting);
  metrics_.replace_gauges("hotswap_deployment_quiet_seconds",
                          "The longest that a deployment in this state has not moved", quiet);
  metrics_
      .gauge("hotswap_deployment_overdue_seconds",
             "The longest that something has been due in a deployment and did not happen")
      .set(overdue);
}

void ConfigMeters::show(const InstanceCensus& census) {
  std::map<MetricLabels, double> registered, healthy;
  for (const auto& [where, count] : census) {
    const MetricLabels labels{{"service", services_.of(where.first.value)},
                              {"environment", where.second}};
    registered[labels] += static_cast<double>(count.registered);
    healthy[labels] += static_cast<double>(count.healthy);
  }
  metrics_.replace_gauges("instances_registered", "Instances that are registered", registered);
  metrics_.replace_gauges("instances_healthy", "Instances whose heartbeats come", healthy);
}

}  // namespace hotswap
