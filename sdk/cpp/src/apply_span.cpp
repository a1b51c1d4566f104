#include "apply_span.hpp"

#include <random>

namespace hotswap::sdk {
namespace {

tracing::SpanId random_span() {
  std::random_device source;
  tracing::SpanId id;
  while (!id.valid())
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(source());
  return id;
}

}  // namespace

ApplySpan::ApplySpan(const Arrival& arrival, std::string name, bool wanted) {
  const auto deployment = tracing::parse_context(arrival.traceparent);
  if (!deployment) return;
  const auto& identity = arrival.identity;
  const auto parent =
      tracing::instance_span(deployment->span, arrival.instance, identity.generation);
  own_ = tracing::child(*deployment, parent);
  if (!wanted || !deployment->sampled) return;
  own_->span = random_span();
  span_ = Span{.name = std::move(name),
               .trace_id = own_->trace.hex(),
               .span_id = own_->span.hex(),
               .parent_id = parent.hex(),
               .start = std::chrono::system_clock::now(),
               .attributes = {{"hotswap.profile", identity.profile},
                              {"hotswap.version", identity.version},
                              {"hotswap.generation", std::to_string(identity.generation)},
                              {"hotswap.instance", std::string(arrival.instance)}}};
}

std::string ApplySpan::traceparent() const {
  return own_ ? tracing::traceparent(*own_) : std::string();
}

std::optional<Span> ApplySpan::end(bool refused) const {
  if (!span_) return std::nullopt;
  Span span = *span_;
  span.end = std::chrono::system_clock::now();
  span.failed = refused;
  // Not the program's words, which may quote the configuration.
  if (refused) span.failure = "refused; the server shows why";
  return span;
}

}  // namespace hotswap::sdk
