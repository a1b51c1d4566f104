#include "app/signals.hpp"

namespace hotswap {
namespace {

constexpr Duration kProbeEvery = std::chrono::milliseconds(250);

/// The settings were validated before.
net::Reach reach_of(const Settings& settings) {
  return probe_reach(settings).value_or(net::Reach::of_users());
}

std::unique_ptr<PrometheusSource> source_of(const SignalSettings& signals) {
  if (signals.prometheus_url.empty()) return nullptr;
  return std::make_unique<PrometheusSource>(PrometheusSource::Options{
      .url = signals.prometheus_url, .token_file = signals.prometheus_token_file});
}

}  // namespace

Signals::Signals(const Settings& settings, FleetService& fleet, DeploymentRunner& runner,
                 Metrics& metrics, const Clock& clock)
    : prober_(reach_of(settings), {}),
      health_(fleet, prober_, metrics, clock, {.interval = settings.signals.probe_interval}),
      source_(source_of(settings.signals)),
      poller_(source_.get(), [&runner] { return runner.active_deployments(); }, fleet, clock) {
  poller_.on_measured([&runner](const DeploymentId& id) { runner.measured(id); });
}

void Signals::trace_with(Tracer* tracer, const DeploymentRunner& runner) {
  health_.trace_with(tracer, [&runner] { return runner.active_deployments(); });
  poller_.trace_with(tracer);
}

void Signals::start() {
  poller_.start();
  ticker_ = std::make_unique<Ticker>(kProbeEvery, [this] { health_.run_due(); });
}

void Signals::stop() {
  ticker_.reset();
  poller_.stop();
}

}  // namespace hotswap
