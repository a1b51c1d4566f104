#include "orchestrator/metrics_poller.hpp"

#include <algorithm>

#include "domain/health/metric_query.hpp"
#include "domain/ports/trace_scope.hpp"
#include "domain/rollout/spans.hpp"

namespace hotswap {
namespace {

constexpr Duration kPlanEvery = std::chrono::milliseconds(250);
constexpr std::size_t kThreads = 8;  ///< queries at one time
constexpr int kSoonerAfterError = 3;
constexpr auto kNoSource = "no Prometheus is configured (--prometheus-url)";

/// Only while targets get the version, or wait to.
bool is_watched(const DeploymentState& state) {
  return std::holds_alternative<Running>(state) || std::holds_alternative<Paused>(state);
}

struct Hosts {
  std::vector<std::string> treated, control;
};

Hosts hosts_of(const Deployment& deployment, const std::vector<Instance>& live) {
  std::map<InstanceId, TargetState> targets;
  for (const Target& target : deployment.targets) targets.emplace(target.instance, target.state);
  Hosts hosts;
  for (const Instance& instance : live) {
    const auto target = targets.find(instance.id);
    const auto state = target == targets.end() ? TargetState::Waiting : target->second;
    if (state == TargetState::Applied) hosts.treated.push_back(instance.hostname);
    if (state == TargetState::Waiting) hosts.control.push_back(instance.hostname);
  }
  return hosts;
}

}  // namespace

std::optional<CohortQueries> cohort_queries(const Criterion& criterion,
                                            const Deployment& deployment,
                                            const std::vector<Instance>& live) {
  Hosts hosts = hosts_of(deployment, live);
  if (hosts.treated.empty()) return std::nullopt;
  QueryVariables variables;
  variables.service = deployment.service.str();
  variables.environment = deployment.environment;
  variables.profile = deployment.profile.str();
  variables.version = deployment.version.str();
  variables.cohort = "treated";
  variables.instances = std::move(hosts.treated);
  variables.window = criterion.window;
  CohortQueries queries{resolve_query(criterion.query, variables), {}};
  if (!distinguishes_cohorts(criterion.query) || hosts.control.empty()) return queries;
  variables.version = deployment.previous_stable ? deployment.previous_stable->str() : "";
  variables.cohort = "control";
  variables.instances = std::move(hosts.control);
  queries.control = resolve_query(criterion.query, variables);
  return queries;
}

MetricsPoller::MetricsPoller(MetricsSource* source, Active active, FleetService& fleet,
                             const Clock& clock)
    : source_(source), active_(std::move(active)), fleet_(fleet), clock_(clock), time_(clock) {}

MetricsPoller::~MetricsPoller() { stop(); }

void MetricsPoller::on_measured(std::function<void(const DeploymentId&)> listener) {
  listeners_.push_back(std::move(listener));
}

Measurements MetricsPoller::newest(const DeploymentId& id) const {
  Measurements found;
  const MutexLock lock(mutex_);
  for (auto it = progress_.lower_bound({id, {}}); it != progress_.end(); ++it) {
    if (it->first.first != id) break;
    if (it->second.newest) found.emplace(it->first.second, *it->second.newest);
  }
  return found;
}

void MetricsPoller::plan() {
  const WallTime now = time_.now();
  std::set<Key> known;
  for (const auto& deployment : active_()) plan(*deployment, now, known);
  const MutexLock lock(mutex_);
  std::erase_if(progress_, [&](const auto& entry) {
    return !known.contains(entry.first) && !entry.second.under_way;
  });
}

void MetricsPoller::plan(const Deployment& deployment, WallTime now, std::set<Key>& known) {
  std::optional<std::vector<Instance>> live;
  for (const Criterion& criterion : deployment.health.criteria) {
    if (criterion.kind != CriterionKind::Query) continue;
    const Key key{deployment.id, criterion.name};
    known.insert(key);
    if (!is_watched(deployment.state)) continue;
    {
      const MutexLock lock(mutex_);
      const auto progress = progress_.find(key);
      if (progress != progress_.end() && (progress->second.under_way || progress->second.due > now))
        continue;
    }
    if (!live) live = fleet_.live(deployment.service, deployment.environment);
    auto queries = cohort_queries(criterion, deployment, *live);
    if (!queries) continue;
    const MutexLock lock(mutex_);
    progress_[key].under_way = true;
    jobs_.push_back({key, *std::move(queries), criterion.interval,
                     tracer_ == nullptr ? tracing::Context{} : root_context(deployment)});
    changed_.notify_one();
  }
}

std::optional<MetricsPoller::Job> MetricsPoller::take_job() {
  const MutexLock lock(mutex_);
  if (jobs_.empty()) return std::nullopt;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

Measurement MetricsPoller::measure(const Job& job) {
  const TraceScope scope(tracer_, job.trace);
  Measurement measured;
  measured.query = job.queries.treated;
  const auto ask = [&](const std::string& expression) -> std::optional<double> {
    if (source_ == nullptr) {
      measured.error = kNoSource;
      return std::nullopt;
    }
    const auto answer = source_->query(expression, clock_.wall());
    if (answer) return *answer;
    measured.error = answer.error().detail;
    return std::nullopt;
  };
  measured.value = ask(job.queries.treated);
  if (measured.error.empty() && job.queries.control) measured.control = ask(*job.queries.control);
  // One half of a comparison would be worse than none.
  if (!measured.error.empty()) measured.value.reset();
  measured.at = time_.now();
  return measured;
}

void MetricsPoller::run(const Job& job) {
  Measurement measured = measure(job);
  {
    const MutexLock lock(mutex_);
    Progress& progress = progress_[job.key];
    progress.under_way = false;
    progress.due =
        measured.at + (measured.error.empty() ? job.interval : job.interval / kSoonerAfterError);
    progress.newest = std::move(measured);
  }
  for (const auto& listener : listeners_) listener(job.key.first);
}

void MetricsPoller::run_due() {
  plan();
  while (const auto job = take_job()) run(*job);
}

void MetricsPoller::start() {
  threads_.emplace_back([this](const std::stop_token& stop) { keep_planning(stop); });
  for (std::size_t i = 0; i < kThreads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void MetricsPoller::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void MetricsPoller::keep_planning(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    plan();
    std::unique_lock lock(pause_mutex_);
    pause_.wait_for(lock, stop, kPlanEvery, [] { return false; });
  }
}

void MetricsPoller::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const MutexLock lock(mutex_);
      while (jobs_.empty() && !stopping_) changed_.wait(mutex_);
      if (stopping_) return;
    }
    if (const auto job = take_job()) run(*job);
  }
}

}  // namespace hotswap
