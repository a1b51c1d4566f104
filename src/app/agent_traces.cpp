#include "app/agent_traces.hpp"

#include "app/otlp_settings.hpp"
#include "app/settings.hpp"
#include "infrastructure/clock/host_name.hpp"

namespace hotswap {
namespace {

tracing::Instant instant(std::chrono::system_clock::time_point time) {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(time);
}

}  // namespace

std::optional<tracing::Span> tracing_span(const sdk::Span& span) {
  const auto trace = tracing::trace_id_from_hex(span.trace_id);
  const auto own = tracing::span_id_from_hex(span.span_id);
  const auto parent = tracing::span_id_from_hex(span.parent_id);
  if (!trace || !own || !parent) return std::nullopt;
  tracing::Span out{.context = {.trace = *trace, .span = *own, .sampled = true},
                    .parent = *parent,
                    .name = span.name,
                    .kind = tracing::SpanKind::Consumer,
                    .start = instant(span.start),
                    .end = instant(span.end),
                    .failed = span.failed,
                    .failure = span.failure};
  for (const auto& [key, value] : span.attributes) out.attributes.push_back({key, value});
  return out;
}

AgentTraces::AgentTraces(otlp::Target target, otlp::Source source, const Clock& clock,
                         Logger& logger)
    : tracer_({.target = std::move(target),
               .source = std::move(source),
               .sampler = {},
               .clock = clock,
               .random = random_,
               .logger = logger,
               .metrics = metrics_}) {
  tracer_.start();
}

void AgentTraces::take(const sdk::Span& span) {
  if (auto made = tracing_span(span)) tracer_.finished(*std::move(made));
}

Result<std::unique_ptr<AgentTraces>> AgentTraces::of_environment(const Clock& clock, Logger& logger,
                                                                 sdk::ClientOptions& client) {
  auto otlp = otlp_of_environment(environment_variable);
  if (!otlp) return std::unexpected(otlp.error());
  if (otlp->traces_url().empty()) return nullptr;
  if (otlp->service_name == OtlpSettings().service_name) otlp->service_name = "hotswap-agent";
  const tracing::Attributes own{{"service.version", HS_VERSION},
                                {"host.name", host_name()},
                                {"hotswap.service", client.service},
                                {"hotswap.environment", client.environment}};
  auto traces = std::make_unique<AgentTraces>(
      otlp::Target{.url = otlp->traces_url(),
                   .headers = read_named_texts(otlp->headers).value_or(NamedTexts()),
                   .timeout = otlp->timeout,
                   .ca_file = otlp->ca_file,
                   .gzip = otlp->compression == "gzip"},
      otlp::Source{.resource = resource_of(*otlp, own), .version = HS_VERSION}, clock, logger);
  client.on_span = [taker = traces.get()](const sdk::Span& span) { taker->take(span); };
  return traces;
}

}  // namespace hotswap
