// How a node traces: where its spans go, and what instances and receivers of calls are told.
#include "app/node.hpp"
#include "domain/rollout/spans.hpp"
#include "infrastructure/clock/host_name.hpp"

namespace hotswap {

namespace {

otlp::Target target_of(const OtlpSettings& otlp, std::string url) {
  return {.url = std::move(url),
          .headers = read_named_texts(otlp.headers).value_or(NamedTexts()),
          .timeout = otlp.timeout,
          .ca_file = otlp.ca_file,
          .gzip = otlp.compression == "gzip"};
}

}  // namespace

otlp::Source Node::otlp_source(const OtlpSettings& otlp, const std::optional<Peers>& peers) {
  const std::string host = host_name();
  if (otlp_id_.empty())
    otlp_id_ = peers ? peers->self.id : host + '-' + random_.guid().substr(0, 8);
  const tracing::Attributes own{
      {"service.version", HS_VERSION}, {"service.instance.id", otlp_id_}, {"host.name", host}};
  return {.resource = resource_of(otlp, own), .version = HS_VERSION};
}

std::unique_ptr<otlp::OtlpTracer> Node::tracer_of(const OtlpSettings& otlp,
                                                  const std::optional<Peers>& peers) {
  if (otlp.traces_url().empty()) return nullptr;
  return std::make_unique<otlp::OtlpTracer>(
      otlp::OtlpTracer::Parts{.target = target_of(otlp, otlp.traces_url()),
                              .source = otlp_source(otlp, peers),
                              .sampler = sampler_of(otlp.sampler_name, otlp.ratio),
                              .clock = clock_,
                              .random = random_,
                              .logger = logger_,
                              .metrics = metrics_});
}

std::unique_ptr<otlp::MetricsPusher> Node::pusher_of(const OtlpSettings& otlp,
                                                     const std::optional<Peers>& peers) {
  if (otlp.metrics_url().empty()) return nullptr;
  return std::make_unique<otlp::MetricsPusher>(
      otlp::MetricsPusher::Parts{.target = target_of(otlp, otlp.metrics_url()),
                                 .source = otlp_source(otlp, peers),
                                 .every = otlp.metrics_every,
                                 .text =
                                     [this] {
                                       refresh_gauges();
                                       return metrics_.render();
                                     },
                                 .clock = clock_,
                                 .random = random_,
                                 .logger = logger_,
                                 .metrics = metrics_});
}

std::function<std::string(const DeploymentId&)> Node::traced_deployments() {
  if (!tracer_) return {};
  return [this](const DeploymentId& id) -> std::string {
    const auto deployment = store_.deployment(id);
    return deployment ? tracing::traceparent(root_context(*deployment)) : std::string();
  };
}

void Node::trace() {
  if (!tracer_) return;
  webhooks_.trace_with(tracer_.get());
  configs_.trace_with(tracer_.get());
  signals_.trace_with(tracer_.get(), runner_);
  // Any node may hold an instance's stream: the store knows who told it what.
  const auto traced = [this](const ProfileName& profile, std::uint64_t generation) {
    const auto active = store_.active_deployment(profile);
    if (!active || !*active || !has_assigned(**active, generation)) return std::string();
    return tracing::traceparent(root_context(**active));
  };
  streams_.frames().trace_by(*tracer_, traced);
}

}  // namespace hotswap
