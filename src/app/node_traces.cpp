// How a node traces: where its spans go, and what instances and receivers of calls are told.
#include "app/node.hpp"
#include "domain/rollout/spans.hpp"
#include "infrastructure/clock/host_name.hpp"

namespace hotswap {

std::unique_ptr<otlp::OtlpTracer> Node::tracer_of(const Settings& settings,
                                                  const std::optional<Peers>& peers) {
  const auto& otlp = settings.otlp;
  if (otlp.traces_url().empty()) return nullptr;
  const std::string host = host_name();
  const tracing::Attributes own{
      {"service.version", HS_VERSION},
      {"service.instance.id", peers ? peers->self.id : host + '-' + random_.guid().substr(0, 8)},
      {"host.name", host}};
  return std::make_unique<otlp::OtlpTracer>(otlp::OtlpTracer::Parts{
      .target = {.url = otlp.traces_url(),
                 .headers = read_named_texts(otlp.headers).value_or(NamedTexts()),
                 .timeout = otlp.timeout,
                 .ca_file = otlp.ca_file},
      .source = {.resource = resource_of(otlp, own), .version = HS_VERSION},
      .sampler = sampler_of(otlp.sampler_name, otlp.ratio),
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
  // Any node may hold an instance's stream: the store knows who told it what.
  streams_.frames().trace_by([this](const ProfileName& profile, std::uint64_t generation) {
    const auto active = store_.active_deployment(profile);
    if (!active || !*active || !has_assigned(**active, generation)) return std::string();
    return tracing::traceparent(root_context(**active));
  });
}

}  // namespace hotswap
