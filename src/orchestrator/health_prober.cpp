#include "orchestrator/health_prober.hpp"

#include "domain/ports/trace_scope.hpp"
#include "domain/rollout/spans.hpp"

namespace hotswap {
namespace {

constexpr auto kName = "hotswap_probes_total";
constexpr auto kHelp = "Looks at instances' health URLs, by what they found";

}  // namespace

HealthProber::HealthProber(FleetService& fleet, Prober& prober, Metrics& metrics,
                           const Clock& clock, ProbeOptions options)
    : fleet_(fleet),
      prober_(prober),
      time_(clock),
      options_(options),
      healthy_(metrics.counter(kName, kHelp, {{"result", "healthy"}})),
      unhealthy_(metrics.counter(kName, kHelp, {{"result", "unhealthy"}})),
      skipped_(metrics.counter(kName, kHelp, {{"result", "skipped"}})),
      before_(time_.now()) {}

HealthProber::~HealthProber() {
  const MutexLock lock(state_->mutex);
  state_->over = true;
}

bool HealthProber::is_due(const InstanceId& id, WallTime before, WallTime now) const {
  if (now - before >= options_.interval) return true;
  // The id's hash is its moment: it stays the same over restarts, and many ids lie evenly.
  const Duration moment(std::hash<InstanceId>{}(id) %
                        static_cast<std::size_t>(options_.interval.count()));
  const Duration since = (now.time_since_epoch() - moment) % options_.interval;
  return since < now - before;
}

void HealthProber::run_due() {
  if (options_.interval <= Duration::zero()) return;
  const WallTime now = time_.now();
  const WallTime before = std::exchange(before_, now);
  if (now <= before) return;
  const auto due =
      fleet_.health_urls([&](const InstanceId& id) { return is_due(id, before, now); });
  const Traces traces = due.empty() ? Traces() : watched();
  for (const auto& [id, url] : due) {
    const auto trace = traces.find(id);
    const TraceScope scope(trace == traces.end() ? nullptr : tracer_,
                           trace == traces.end() ? tracing::Context{} : trace->second);
    look(id, url);
  }
}

void HealthProber::trace_with(Tracer* tracer, Active active) {
  tracer_ = tracer;
  active_ = std::move(active);
}

HealthProber::Traces HealthProber::watched() const {
  Traces traces;
  if (tracer_ == nullptr) return traces;
  for (const auto& deployment : active_()) {
    const auto context = root_context(*deployment);
    for (const Target& target : deployment->targets)
      if (target.generation > 0) traces.insert_or_assign(target.instance, context);
  }
  return traces;
}

void HealthProber::look(const InstanceId& id, const std::string& url) {
  {
    const MutexLock lock(state_->mutex);
    if (!state_->under_way.insert(id).second) {
      skipped_.add();
      return;
    }
  }
  const bool taken = prober_.probe(url, options_.timeout,
                                   [this, state = state_, id](const Prober::Answer& answer) {
                                     const MutexLock lock(state->mutex);
                                     if (!state->over) answered(*state, id, answer);
                                   });
  if (taken) return;
  skipped_.add();
  const MutexLock lock(state_->mutex);
  state_->under_way.erase(id);
}

void HealthProber::answered(State& state, const InstanceId& id, const Prober::Answer& answer) {
  state.under_way.erase(id);
  (answer.healthy ? healthy_ : unhealthy_).add();
  fleet_.take_probe(id, {time_.now(), answer.healthy, answer.detail, answer.took});
}

}  // namespace hotswap
