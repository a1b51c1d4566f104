#pragma once
// What the server measures by itself: looks at instances' health URLs, and questions to Prometheus.

#include "app/settings.hpp"
#include "app/ticker.hpp"
#include "infrastructure/probe/curl_prober.hpp"
#include "infrastructure/prometheus/prometheus_source.hpp"
#include "orchestrator/deployment_runner.hpp"
#include "orchestrator/health_prober.hpp"
#include "orchestrator/metrics_poller.hpp"

namespace hotswap {

class Signals {
 public:
  Signals(const Settings& settings, FleetService& fleet, DeploymentRunner& runner, Metrics& metrics,
          const Clock& clock);

  /// Before start().
  void trace_with(Tracer* tracer, const DeploymentRunner& runner);
  void start();
  void stop();
  [[nodiscard]] Measurements newest(const DeploymentId& id) const { return poller_.newest(id); }

 private:
  CurlProber prober_;
  HealthProber health_;
  std::unique_ptr<PrometheusSource> source_;
  MetricsPoller poller_;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace hotswap
