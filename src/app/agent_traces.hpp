#pragma once
// What an agent tells a trace: sent to a receiver of OTLP/HTTP, as OpenTelemetry's environment
// variables say.

#include <memory>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "hotswap/client.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/metrics/prometheus_metrics.hpp"
#include "infrastructure/otlp/otlp_tracer.hpp"

namespace hotswap {

class AgentTraces {
 public:
  /// Takes the client's spans from now on; null if no receiver is named. Outlives the client.
  /// Invalid `settings.invalid`.
  [[nodiscard]] static Result<std::unique_ptr<AgentTraces>> of_environment(
      const Clock& clock, Logger& logger, sdk::ClientOptions& client);

  AgentTraces(otlp::Target target, otlp::Source source, const Clock& clock, Logger& logger);
  void take(const sdk::Span& span);

 private:
  SystemRandom random_;
  PrometheusMetrics metrics_;  ///< nobody asks an agent for them
  otlp::OtlpTracer tracer_;
};

/// The same in OTLP's terms; nothing if its ids are none.
[[nodiscard]] std::optional<tracing::Span> tracing_span(const sdk::Span& span);

}  // namespace hotswap
